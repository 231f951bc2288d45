# targets: every study by its name, `snakemake --cores all longtail`.
#
# in   results/studies/{study}/claims.json and figures/

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
