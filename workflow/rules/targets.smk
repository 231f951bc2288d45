# targets: every study by its name, `snakemake --cores all longtail`; `concepts`: all counting; `wordnet`: its data;
# `preflight`: what to expect of every pool from the web.
#
# in   results/studies/{study}/claims.json and figures/
#      results/concepts/{vocabulary}/{counted}/card.json and results/concepts/{vocabulary}/figures/
#      results/wordnet/
#      results/pools/{pool}/preflight.json


rule concepts:
    input:
        cards=counting.count_files(config, "card.json"),
        figures=expand("results/concepts/{vocabulary}/figures", vocabulary=counting.vocabularies(config)),
    localrule: True


rule wordnet:
    input:
        "results/wordnet",
    localrule: True


rule preflight:
    input:
        expand("results/pools/{pool}/preflight.json", pool=plan.pools_from(config, "web")),
    localrule: True


for study in config["studies"]:
    if workflow.is_rule(study):
        sys.exit(f"error: config: studies.{study}: a rule of the workflow has this name; choose another")

    rule:
        name:
            study
        input:
            f"results/studies/{study}/claims.json",
            f"results/studies/{study}/figures",
        localrule: True
