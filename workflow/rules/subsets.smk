# subsets: an intervention on pools, or on other subsets, becomes a manifest of the samples to train on.
#
# in   results/pools/{pool}/samples.parquet of every pool behind it, and the manifests of the subsets it is taken from;
#      a vocabulary or frequencies where the method needs them
# out  results/subsets/{subset}/draw{draw}/manifest.parquet   uid, place, caption, label, weight
#      results/subsets/{subset}/draw{draw}/card.json          the data card
#      results/subsets/{subset}/draw{draw}/shards             on request, by this path: the samples as webdataset shards
#
# A subset with chance in it, or in what it is taken from, has a draw for each seed; one without has draw 0 alone.


rule build_subset:
    input:
        sources=lambda wildcards: plan.source_files(config, wildcards.subset, int(wildcards.draw)).values(),
        pools=lambda wildcards: plan.index_files(config, wildcards.subset).values(),
        vocabulary=lambda wildcards: counting.vocabulary_files(
            config, counting.vocabulary_of_subset(config, wildcards.subset)
        ),
        frequency=lambda wildcards: plan.matched_frequency(config, wildcards.subset, int(wildcards.draw)) or [],
        size_of=lambda wildcards: plan.size_file(config, wildcards.subset, int(wildcards.draw)) or [],
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
        sources=lambda wildcards: plan.as_flags(plan.source_files(config, wildcards.subset, int(wildcards.draw))),
        pools=lambda wildcards: plan.as_flags(plan.index_files(config, wildcards.subset)),
        vocabulary=lambda wildcards: counting.vocabulary_flags(config, wildcards.subset),
        frequency=lambda wildcards, input: ["--frequency", input.frequency] if input.frequency else [],
        size_of=lambda wildcards, input: ["--size-of", input.size_of] if input.size_of else [],
    shell:
        "python -m clipcause.subsets build --name {wildcards.subset} --subset {params.subset:q} --draw {wildcards.draw} "
        "--sources {params.sources} --pools {params.pools} {params.vocabulary:q} {params.frequency:q} {params.size_of:q} "
        "--manifest {output.manifest} --card {output.card} "
        "--threads {threads} --memory-mb {resources.mem_mb} --log {log}"


rule materialize_subset:
    input:
        manifest="results/subsets/{subset}/draw{draw}/manifest.parquet",
        shards=ancient(lambda wildcards: plan.shards(config, wildcards.subset)),
        code=code_of("clipcause.subsets.materialize"),
    output:
        directory("results/subsets/{subset}/draw{draw}/shards"),
    log:
        "results/logs/materialize_subset/{subset}.draw{draw}.log",
    conda:
        "../../envs/clipcause.yaml"
    resources:
        mem_mb=4000,
        runtime=1440,
    shell:
        "python -m clipcause.subsets materialize --manifest {input.manifest} --output {output} "
        "--samples-per-shard 10000 --threads {threads} --memory-mb 2000 --log {log}"
