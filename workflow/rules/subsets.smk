# subsets: an intervention on a pool becomes a manifest of the samples to train on.
#
# in   results/pools/{pool}/samples.parquet, and a vocabulary where the method needs one
# out  results/subsets/{subset}/draw{draw}/manifest.parquet   uid, place, caption, label, weight
#      results/subsets/{subset}/draw{draw}/card.json          the data card
#
# A subset with chance in it has a draw for each seed; one without has draw 0 alone.


rule build_subset:
    input:
        pool=lambda wildcards: f"results/pools/{config['subsets'][wildcards.subset]['from']}/samples.parquet",
        vocabulary=lambda wildcards: counting.vocabulary_files(
            config, counting.vocabulary_of_subset(config, wildcards.subset)
        ),
        code=code_of("clipcause.subsets"),
    output:
        manifest="results/subsets/{subset}/draw{draw}/manifest.parquet",
        card="results/subsets/{subset}/draw{draw}/card.json",
    log:
        "results/logs/build_subset/{subset}.draw{draw}.log",
    conda:
        "../../envs/clipcause.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        subset=lambda wildcards: json.dumps(config["subsets"][wildcards.subset]),
        vocabulary=lambda wildcards: counting.vocabulary_flags(config, wildcards.subset),
    shell:
        "python -m clipcause.subsets build --name {wildcards.subset} --pool {input.pool} --subset {params.subset:q} "
        "{params.vocabulary:q} --draw {wildcards.draw} --manifest {output.manifest} --card {output.card} "
        "--threads {threads} --log {log}"
