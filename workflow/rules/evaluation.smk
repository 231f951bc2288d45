# evaluation: what a run predicts on every test set that a study asks of it, and measures of these predictions.
#
# in   results/runs/{subset}/{recipe}/seed{seed}/run.json (it holds the digest of the weights), results/testsets/
# (a test sample that the run was trained on stops the workflow)
# out  results/evaluations/{subset}/{recipe}/seed{seed}/predictions.parquet   test set, uid, label, prediction
#      results/evaluations/{subset}/{recipe}/seed{seed}/measures.parquet      test set, measure, concept, value

for seeds in plan.seed_batches(config):

    rule:
        name:
            f"predict_seeds_{seeds[0]}_to_{seeds[-1]}"
        input:
            runs=expand("results/runs/{subset}/{recipe}/seed{seed}/run.json", seed=seeds, allow_missing=True),
            weights=ancient(
                expand("results/runs/{subset}/{recipe}/seed{seed}/model.safetensors", seed=seeds, allow_missing=True)
            ),
            testsets=lambda wildcards: expand(
                "results/testsets/{testset}/samples.parquet",
                testset=plan.testsets_of(config, wildcards.subset, wildcards.recipe),
            ),
            code=code_of("clipcause.evaluation.predict"),
        output:
            expand(
                "results/evaluations/{subset}/{recipe}/seed{seed}/predictions.parquet", seed=seeds, allow_missing=True
            ),
        log:
            f"results/logs/predict/{{subset}}.{{recipe}}.seeds{seeds[0]}to{seeds[-1]}.log",
        conda:
            "../../envs/clipcause.yaml"
        resources:
            mem_mb=4000,
            runtime=240,
        params:
            runs=lambda wildcards, input: [dirname(run) for run in input.runs],
            testsets=lambda wildcards, input: [dirname(testset) for testset in input.testsets],
        shell:
            "python -m clipcause.evaluation predict --runs {params.runs} --testsets {params.testsets} "
            "--outputs {output} --threads {threads} --log {log}"


rule measure_predictions:
    input:
        predictions="results/evaluations/{subset}/{recipe}/seed{seed}/predictions.parquet",
        frequency=lambda wildcards: plan.frequency(
            config,
            plan.vocabulary_of(config, wildcards.subset, wildcards.recipe),
            wildcards.subset,
            int(wildcards.seed),
        ),
        manifest=lambda wildcards: plan.manifest(config, wildcards.subset, int(wildcards.seed)),
        code=code_of("clipcause.evaluation.measure"),
    output:
        measures="results/evaluations/{subset}/{recipe}/seed{seed}/measures.parquet",
    log:
        "results/logs/measure_predictions/{subset}.{recipe}.seed{seed}.log",
    conda:
        "../../envs/clipcause.yaml"
    shell:
        "python -m clipcause.evaluation measure --predictions {input.predictions} --frequency {input.frequency} "
        "--manifest {input.manifest} --output {output.measures} --log {log}"
