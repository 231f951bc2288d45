# training: one subset x one recipe x one seed is a run; one process trains several seeds.
#
# in   results/subsets/{subset}/draw{draw}/manifest.parquet, of the draw that belongs to each seed; where the recipe says so,
#      another subset's manifest to begin with, or another run's model or a file of weights to start from
# out  results/runs/{subset}/{recipe}/seed{seed}/model.safetensors   the weights
#      results/runs/{subset}/{recipe}/seed{seed}/model.json          architecture, words, classes
#      results/runs/{subset}/{recipe}/seed{seed}/run.json            settings, digests, samples seen; written last
#      results/runs/{subset}/{recipe}/seed{seed}/log.jsonl           loss by step
#      results/runs/{subset}/{recipe}/seed{seed}/speed.json          seconds, samples per second
#
# A model that others trained is taken as the run of seed 0, whatever the subset, against whose captions it is measured.
#
# Checkpoints lie in results/state/, which Snakemake does not know and so does not delete: a job that was
# killed goes on from its last one, and a seed that is trained already is taken over as it is. Learning curves appear
# in results/tensorboard/ while they grow.

for seeds in plan.seed_batches(config):

    rule:
        name:
            f"train_seeds_{seeds[0]}_to_{seeds[-1]}"
        input:
            manifests=lambda wildcards, seeds=seeds: plan.manifests(config, wildcards.subset, seeds),
            first=lambda wildcards, seeds=seeds: training.first_manifests(config, wildcards.recipe, seeds),
            starts=lambda wildcards, seeds=seeds: [
                f"{run}/{file}"
                for run in training.starts(config, wildcards.recipe, seeds)
                for file in ("run.json", "model.json", "model.safetensors")
            ],
            shards=ancient(
                lambda wildcards: [
                    folder
                    for subset in training.subsets_trained_on(config, wildcards.subset, wildcards.recipe)
                    for folder in plan.shards(config, subset)
                ]
            ),
            weights=lambda wildcards: recipes.weight_files(config, wildcards.recipe),
            code=lambda wildcards: [*code_of("clipcause.training"), *training.own_code(config, wildcards.recipe)],
        output:
            expand(
                "results/runs/{subset}/{recipe}/seed{seed}/{file}",
                seed=seeds,
                file=["model.safetensors", "model.json", "run.json", "log.jsonl", "speed.json"],
                allow_missing=True,
            ),
        log:
            f"results/logs/train/{{subset}}.{{recipe}}.seeds{seeds[0]}to{seeds[-1]}.log",
        benchmark:
            f"results/benchmarks/train/{{subset}}.{{recipe}}.seeds{seeds[0]}to{seeds[-1]}.tsv"
        wildcard_constraints:
            recipe=plan.alternatives(recipes.trained(config)),
        conda:
            needs.environment(config)
        threads: lambda wildcards: needs.training_threads(config, wildcards.recipe)
        resources:
            mem_mb=growing(4000),
            runtime=1440,
            gpu=lambda wildcards: needs.training_gpus(config, wildcards.recipe),
            nodes=lambda wildcards: needs.training_nodes(config, wildcards.recipe),
            tasks=lambda wildcards: needs.training_nodes(config, wildcards.recipe),
            tasks_per_gpu=0,
            mpi=lambda wildcards: needs.training_mpi(config, wildcards.recipe),
            slurm_extra=lambda wildcards: needs.training_extra(config, wildcards.recipe),
        params:
            recipe=lambda wildcards: json.dumps(training.learned(config, wildcards.recipe)),
            model=lambda wildcards: json.dumps(config["models"][config["recipes"][wildcards.recipe]["model"]]),
            seeds=list(seeds),
            starts=lambda wildcards, seeds=seeds: training.starts(config, wildcards.recipe, seeds),
            launcher=lambda wildcards, threads: training.launcher(config, wildcards.recipe, threads),
            directory="results/runs/{subset}/{recipe}",
            tensorboard="results/tensorboard/{subset}/{recipe}",
        shell:
            "{params.launcher} clipcause.training train --recipe {params.recipe:q} --model {params.model:q} "
            "--seeds {params.seeds} --manifests {input.manifests} --first {input.first} --start {params.starts} "
            "--output {params.directory} --state results/state/training --tensorboard {params.tensorboard} "
            "--code {input.code:q} --threads {threads} --log {log}"


rule take_pretrained:
    input:
        weights=lambda wildcards: recipes.weight_files(config, wildcards.recipe),
        code=code_of("clipcause.training.taken"),
    output:
        expand(
            "results/runs/{subset}/{recipe}/seed0/{file}",
            file=["model.safetensors", "model.json", "run.json", "log.jsonl", "speed.json"],
            allow_missing=True,
        ),
    log:
        "results/logs/take_pretrained/{subset}.{recipe}.log",
    benchmark:
        "results/benchmarks/take_pretrained/{subset}.{recipe}.tsv"
    wildcard_constraints:
        recipe=plan.alternatives(recipes.taken(config)),
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(8000),
        runtime=growing(60),
    params:
        recipe=lambda wildcards: json.dumps(config["recipes"][wildcards.recipe]),
        model=lambda wildcards: json.dumps(config["models"][config["recipes"][wildcards.recipe]["model"]]),
        directory="results/runs/{subset}/{recipe}/seed0",
    shell:
        "python -m clipcause.training take --recipe {params.recipe:q} --model {params.model:q} "
        "--output {params.directory} --log {log}"
