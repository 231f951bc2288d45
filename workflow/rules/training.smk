# training: one subset x one recipe x one seed is a run; one process trains several seeds.
#
# in   results/subsets/{subset}/draw{draw}/manifest.parquet, of the draw that belongs to each seed
# out  results/runs/{subset}/{recipe}/seed{seed}/model.safetensors   the weights
#      results/runs/{subset}/{recipe}/seed{seed}/model.json          architecture, words, classes
#      results/runs/{subset}/{recipe}/seed{seed}/run.json            settings, digests, samples seen; written last
#      results/runs/{subset}/{recipe}/seed{seed}/log.jsonl           loss by step
#      results/runs/{subset}/{recipe}/seed{seed}/speed.json          seconds, samples per second
#
# Checkpoints lie in results/state/, which Snakemake does not know and so does not delete: a job that was
# killed goes on from its last one, and a seed that is trained already is taken over as it is.

for seeds in plan.seed_batches(config):

    rule:
        name:
            f"train_seeds_{seeds[0]}_to_{seeds[-1]}"
        input:
            manifests=lambda wildcards, seeds=seeds: [plan.manifest(config, wildcards.subset, seed) for seed in seeds],
            shards=ancient(lambda wildcards: plan.shards(config, wildcards.subset)),
            code=code_of("clipcause.training"),
        output:
            expand(
                "results/runs/{subset}/{recipe}/seed{seed}/{file}",
                seed=seeds,
                file=["model.safetensors", "model.json", "run.json", "log.jsonl", "speed.json"],
                allow_missing=True,
            ),
        log:
            f"results/logs/train/{{subset}}.{{recipe}}.seeds{seeds[0]}to{seeds[-1]}.log",
        conda:
            "../../envs/clipcause.yaml"
        resources:
            mem_mb=4000,
            runtime=1440,
        params:
            recipe=lambda wildcards: json.dumps(config["recipes"][wildcards.recipe]),
            model=lambda wildcards: json.dumps(config["models"][config["recipes"][wildcards.recipe]["model"]]),
            seeds=list(seeds),
            directory="results/runs/{subset}/{recipe}",
        shell:
            "python -m clipcause.training train --recipe {params.recipe:q} --model {params.model:q} "
            "--seeds {params.seeds} --manifests {input.manifests} --output {params.directory} "
            "--state results/state/training --code {input.code:q} --threads {threads} --log {log}"
