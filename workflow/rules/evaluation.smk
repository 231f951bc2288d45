# evaluation: what runs answer on every test set that a study asks of them, and measures of these answers.
#
# in   results/runs/{subset}/{recipe}/seed{seed}/run.json (it holds the digest of the weights), results/testsets/
#      (a test sample that the run, or a probe, was trained on stops the workflow)
# out  results/studies/{study}/classes.json   the classes of a study's test sets, checked before anything is trained
#      results/evaluations/{subset}/{recipe}/seed{seed}/features.safetensors   of the images, prompts and captions
#      results/evaluations/{subset}/{recipe}/seed{seed}/predictions.parquet    test set, readout, uid, label, prediction
#      results/evaluations/{subset}/{recipe}/seed{seed}/measures.parquet       test set, readout, measure, concept, value
#      results/evaluations/{subset}/{recipe}/seed{seed}/evidence.safetensors   per-sample arrays that measures are functions of
#
# A batch of seeds is served by one process. Only encoding needs a model: another readout or measure is computed from the
# features, without torch or a GPU.


rule check_testsets:
    input:
        testsets=lambda wildcards: expand(
            "results/testsets/{testset}/{file}",
            testset=evaluating.checked_testsets(config, wildcards.study),
            file=["samples.parquet", "testset.json"],
        ),
        vocabularies=lambda wildcards: evaluating.vocabulary_files_of_study(config, wildcards.study),
        code=code_of("clipcause.evaluation.check"),
    output:
        "results/studies/{study}/classes.json",
    log:
        "results/logs/check_testsets/{study}.log",
    benchmark:
        "results/benchmarks/check_testsets/{study}.tsv"
    priority: 100
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        testsets=lambda wildcards: expand(
            "results/testsets/{testset}", testset=config["studies"][wildcards.study]["testsets"]
        ),
        train=lambda wildcards: [
            f"{testset}=results/testsets/{train}"
            for testset, train in evaluating.train_sets_of_study(config, wildcards.study).items()
        ],
        vocabularies=lambda wildcards: [
            f"{testset}={config['vocabularies'][vocabulary]['path']}"
            for testset, vocabulary in plan.asked_by(config, wildcards.study).items()
        ],
    shell:
        "python -m clipcause.evaluation check --testsets {params.testsets} --train {params.train} "
        "--vocabularies {params.vocabularies:q} --output {output} --log {log}"


for batch, seeds, recipes_served in plan.run_batches(config):

    rule:
        name:
            f"encode_{batch}"
        input:
            runs=expand("results/runs/{subset}/{recipe}/seed{seed}/run.json", seed=seeds, allow_missing=True),
            weights=ancient(
                expand("results/runs/{subset}/{recipe}/seed{seed}/model.safetensors", seed=seeds, allow_missing=True)
            ),
            testsets=lambda wildcards: expand(
                "results/testsets/{testset}/samples.parquet",
                testset=evaluating.encoded_testsets(config, wildcards.subset, wildcards.recipe),
            ),
            code=code_of("clipcause.evaluation.encode"),
        output:
            expand(
                "results/evaluations/{subset}/{recipe}/seed{seed}/features.safetensors", seed=seeds, allow_missing=True
            ),
        log:
            f"results/logs/encode/{{subset}}.{{recipe}}.{batch}.log",
        benchmark:
            f"results/benchmarks/encode/{{subset}}.{{recipe}}.{batch}.tsv"
        wildcard_constraints:
            recipe=recipes_served,
        conda:
            needs.environment(config)
        resources:
            mem_mb=growing(4000),
            runtime=growing(240),
            gpu=needs.gpus(config),
        params:
            runs=lambda wildcards, input: [dirname(run) for run in input.runs],
            testsets=lambda wildcards, input: [dirname(testset) for testset in input.testsets],
            attributes=lambda wildcards: json.dumps(evaluating.prompts_of(config, wildcards.subset, wildcards.recipe)),
        shell:
            "python -m clipcause.evaluation encode --runs {params.runs} --testsets {params.testsets} "
            "--outputs {output} --attributes {params.attributes:q} --threads {threads} --log {log}"

    rule:
        name:
            f"evaluate_{batch}"
        input:
            features=expand(
                "results/evaluations/{subset}/{recipe}/seed{seed}/features.safetensors", seed=seeds, allow_missing=True
            ),
            testsets=lambda wildcards: expand(
                "results/testsets/{testset}/{file}",
                testset=evaluating.encoded_testsets(config, wildcards.subset, wildcards.recipe),
                file=["samples.parquet", "testset.json"],
            ),
            frequencies=lambda wildcards, seeds=seeds: sorted(
                {*evaluating.run_frequencies(config, wildcards.subset, wildcards.recipe, seeds).values()}
            ),
            manifests=lambda wildcards, seeds=seeds: training.seen_manifests(
                config, wildcards.subset, wildcards.recipe, seeds
            ),
            checked=lambda wildcards: expand(
                "results/studies/{study}/classes.json",
                study=plan.studies_of(config, wildcards.subset, wildcards.recipe),
            ),
            code=[*code_of("clipcause.evaluation.evaluate"), *evaluating.evaluator_files(config)],
        output:
            predictions=expand(
                "results/evaluations/{subset}/{recipe}/seed{seed}/predictions.parquet", seed=seeds, allow_missing=True
            ),
            measures=expand(
                "results/evaluations/{subset}/{recipe}/seed{seed}/measures.parquet", seed=seeds, allow_missing=True
            ),
            evidence=expand(
                "results/evaluations/{subset}/{recipe}/seed{seed}/evidence.safetensors", seed=seeds, allow_missing=True
            ),
        log:
            f"results/logs/evaluate/{{subset}}.{{recipe}}.{batch}.log",
        benchmark:
            f"results/benchmarks/evaluate/{{subset}}.{{recipe}}.{batch}.tsv"
        wildcard_constraints:
            recipe=recipes_served,
        conda:
            "../../envs/cpu.yaml"
        resources:
            mem_mb=growing(4000),
            runtime=growing(240),
        params:
            seeds=list(seeds),
            testsets=lambda wildcards: expand(
                "results/testsets/{testset}",
                testset=evaluating.testsets_of(config, wildcards.subset, wildcards.recipe),
            ),
            train=lambda wildcards: [
                f"{testset}=results/testsets/{train}"
                for testset, train in evaluating.train_sets(config, wildcards.subset, wildcards.recipe).items()
            ],
            vocabularies=lambda wildcards: orders.named(
                evaluating.vocabularies_of(config, wildcards.subset, wildcards.recipe)
            ),
            frequencies=lambda wildcards, seeds=seeds: orders.named(
                evaluating.run_frequencies(config, wildcards.subset, wildcards.recipe, seeds)
            ),
            readouts=lambda wildcards: evaluating.readouts_of(config, wildcards.subset, wildcards.recipe),
            attributes=lambda wildcards: json.dumps(
                evaluating.attributes_of(config, wildcards.subset, wildcards.recipe)
            ),
            evaluators=json.dumps(config["evaluators"]),
        shell:
            "python -m clipcause.evaluation evaluate --features {input.features} --seeds {params.seeds} "
            "--vocabularies {params.vocabularies} --frequencies {params.frequencies} --manifests {input.manifests} "
            "--testsets {params.testsets} "
            "--train {params.train} --readouts {params.readouts} --predictions {output.predictions} "
            "--measures {output.measures} --evidence {output.evidence} --attributes {params.attributes:q} "
            "--evaluators {params.evaluators:q} --threads {threads} --log {log}"
