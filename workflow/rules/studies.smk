# studies: compare the arms of a question, give every number its interval and every claim its verdict, draw figures.
#
# in   results/evaluations/{subset}/{recipe}/seed{seed}/predictions.parquet and evidence.safetensors, of every arm and seed
#      results/concepts/{vocabulary}/subsets/{subset}/draw{draw}/frequency.parquet, of the study's `frequency_of`, by every
#      vocabulary that its test sets ask by
#      results/subsets/{subset}/draw0/nearest.parquet, of every arm, where the study has an embedder
#      results/embeddings/{embedder}/{pools,testsets}/{reference}/nearest.parquet, of what near-pruned subsets are measured against
#      results/subsets/{subset}/draw0/details.json, of every arm; results/evaluations/.../measures.parquet
# out  results/studies/{study}/estimates.parquet   arm, test set, readout, measure, seed (null: mean of all), value
#      results/studies/{study}/classes.parquet     the same by class, for the figures
#      results/studies/{study}/effects.parquet     contrasts that are drawn side by side; empty unless the study has any
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
        frequencies=lambda wildcards: sorted({*comparing.frequencies(config, wildcards.study).values()}),
        nearest=lambda wildcards: sorted(set(comparing.nearest_of_arms(config, wildcards.study).values())),
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
        effects="results/studies/{study}/effects.parquet",
        robustness="results/studies/{study}/robustness.parquet",
        nearness="results/studies/{study}/nearness.parquet",
    log:
        "results/logs/compare_arms/{study}.log",
    benchmark:
        "results/benchmarks/compare_arms/{study}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        name="{study}",
        study=lambda wildcards: json.dumps(comparing.compared(config, wildcards.study)),
        arms=lambda wildcards: [run.arm for run in plan.runs(config, wildcards.study)],
        seeds=lambda wildcards: [run.seed for run in plan.runs(config, wildcards.study)],
        vocabularies=lambda wildcards: [
            f"{testset}={vocabulary}" for testset, vocabulary in plan.asked_by(config, wildcards.study).items()
        ],
        frequencies=lambda wildcards: [
            f"{counted}={path}" for counted, path in comparing.frequencies(config, wildcards.study).items()
        ],
        families=lambda wildcards: [comparing.family(config, run.recipe) for run in plan.runs(config, wildcards.study)],
        evaluators=json.dumps(config["evaluators"]),
        nearest=lambda wildcards: orders.named(comparing.nearest_of_arms(config, wildcards.study)),
    shell:
        "python -m clipcause.studies compare --name {params.name} --study {params.study:q} --arms {params.arms} "
        "--seeds {params.seeds} --families {params.families} --predictions {input.predictions} "
        "--evidence {input.evidence} --vocabularies {params.vocabularies} --frequencies {params.frequencies} "
        "--evaluators {params.evaluators:q} "
        "--estimates {output.estimates} --classes {output.classes} --claims {output.claims} "
        "--effects {output.effects} --robustness {output.robustness} --nearness {output.nearness} "
        "--nearest {params.nearest} --log {log}"


rule draw_figures:
    input:
        estimates="results/studies/{study}/estimates.parquet",
        classes="results/studies/{study}/classes.parquet",
        claims="results/studies/{study}/claims.json",
        effects="results/studies/{study}/effects.parquet",
        robustness="results/studies/{study}/robustness.parquet",
        nearness="results/studies/{study}/nearness.parquet",
        nearest=lambda wildcards: drawing.nearest_of_subsets(config, wildcards.study).values(),
        references=lambda wildcards: drawing.reference_files(config, wildcards.study).values(),
        details=lambda wildcards: sorted(set(drawing.detail_files(config, wildcards.study).values())),
        measures=lambda wildcards: [path for _, path in drawing.measure_files(config, wildcards.study)],
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
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        study=lambda wildcards: json.dumps(config["studies"][wildcards.study]),
        nearest=lambda wildcards: orders.named(drawing.nearest_of_subsets(config, wildcards.study)),
        references=lambda wildcards: orders.named(drawing.reference_files(config, wildcards.study)),
        details=lambda wildcards: orders.named(drawing.detail_files(config, wildcards.study)),
        measures=lambda wildcards: [f"{arm}={path}" for arm, path in drawing.measure_files(config, wildcards.study)],
    shell:
        "python -m clipcause.studies figures --study {params.study:q} --estimates {input.estimates} "
        "--classes {input.classes} --claims {input.claims} --effects {input.effects} "
        "--robustness {input.robustness} --nearness {input.nearness} --nearest {params.nearest} "
        "--references {params.references} --details {params.details} --measures {params.measures} "
        "--output {output.figures} --log {log}"
