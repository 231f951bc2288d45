# studies: compare the arms of a question, give every number its interval and every claim its verdict, draw figures.
#
# in   results/evaluations/{subset}/{recipe}/seed{seed}/predictions.parquet and evidence.safetensors, of every arm and seed
#      results/concepts/{vocabulary}/subsets/{subset}/draw{draw}/frequency.parquet, of the study's `frequency_of`
#      results/subsets/{subset}/draw0/nearest.parquet, of every arm, where the study has an embedder
# out  results/studies/{study}/estimates.parquet   arm, test set, readout, measure, seed (null: mean of all), value
#      results/studies/{study}/classes.parquet     the same by class, for the figures
#      results/studies/{study}/robustness.parquet  effective robustness; empty unless the study asks for it
#      results/studies/{study}/nearness.parquet    accuracy by similarity to the subset; empty without an embedder
#      results/studies/{study}/claims.json         estimate, interval and verdict of each claim
#      results/studies/{study}/figures/            each as SVG, PNG and CSV; index.json lists them


rule compare_arms:
    input:
        predictions=lambda wildcards: [
            f"results/evaluations/{run.subset}/{run.recipe}/seed{run.seed}/predictions.parquet"
            for run in plan.runs(config, wildcards.study)
        ],
        evidence=lambda wildcards: [
            f"results/evaluations/{run.subset}/{run.recipe}/seed{run.seed}/evidence.safetensors"
            for run in plan.runs(config, wildcards.study)
        ],
        frequencies=lambda wildcards: [
            plan.study_frequency(config, wildcards.study, run.seed) for run in plan.runs(config, wildcards.study)
        ],
        nearest=lambda wildcards: sorted(set(plan.nearest_files(config, wildcards.study).values())),
        code=[*code_of("clipcause.studies.compare"), *evaluating.evaluator_files(config)],
    output:
        estimates="results/studies/{study}/estimates.parquet",
        classes="results/studies/{study}/classes.parquet",
        claims=report(
            "results/studies/{study}/claims.json",
            caption="../report/claims.rst",
            category="Studies",
            subcategory="{study}",
            labels={"what": "claims", "of": "{study}"},
        ),
        robustness="results/studies/{study}/robustness.parquet",
        nearness="results/studies/{study}/nearness.parquet",
    log:
        "results/logs/compare_arms/{study}.log",
    benchmark:
        "results/benchmarks/compare_arms/{study}.tsv"
    conda:
        "../../envs/clipcause.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        study=lambda wildcards: json.dumps(config["studies"][wildcards.study]),
        arms=lambda wildcards: [run.arm for run in plan.runs(config, wildcards.study)],
        seeds=lambda wildcards: [run.seed for run in plan.runs(config, wildcards.study)],
        families=lambda wildcards: [plan.family(config, run.recipe) for run in plan.runs(config, wildcards.study)],
        evaluators=json.dumps(config["evaluators"]),
        nearest=lambda wildcards: [f"{arm}={path}" for arm, path in plan.nearest_files(config, wildcards.study).items()],
    shell:
        "python -m clipcause.studies compare --name {wildcards.study} --study {params.study:q} --arms {params.arms} "
        "--seeds {params.seeds} --families {params.families} --predictions {input.predictions} "
        "--evidence {input.evidence} --frequencies {input.frequencies} --evaluators {params.evaluators:q} "
        "--estimates {output.estimates} --classes {output.classes} --claims {output.claims} "
        "--robustness {output.robustness} --nearness {output.nearness} --nearest {params.nearest} --log {log}"


rule draw_figures:
    input:
        estimates="results/studies/{study}/estimates.parquet",
        classes="results/studies/{study}/classes.parquet",
        claims="results/studies/{study}/claims.json",
        robustness="results/studies/{study}/robustness.parquet",
        nearness="results/studies/{study}/nearness.parquet",
        code=code_of("clipcause.studies.figures"),
    output:
        figures=report(
            directory("results/studies/{study}/figures"),
            patterns=["{figure}.svg"],
            caption="../report/study_figure.rst",
            category="Studies",
            subcategory="{study}",
            labels={"what": "figure", "of": "{figure}"},
        ),
    log:
        "results/logs/draw_figures/{study}.log",
    benchmark:
        "results/benchmarks/draw_figures/{study}.tsv"
    conda:
        "../../envs/clipcause.yaml"
    params:
        study=lambda wildcards: json.dumps(config["studies"][wildcards.study]),
    shell:
        "python -m clipcause.studies figures --study {params.study:q} --estimates {input.estimates} "
        "--classes {input.classes} --claims {input.claims} --robustness {input.robustness} "
        "--nearness {input.nearness} --output {output.figures} --log {log}"
