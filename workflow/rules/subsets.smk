# subsets: an intervention on pools, or on other subsets, becomes a manifest of the samples to train on.
#
# in   results/pools/{pool}/samples.parquet of every pool behind it, and the manifests of the subsets it is taken from;
#      a vocabulary, frequencies, matches or embeddings where the method needs them
# out  results/subsets/{subset}/draw{draw}/manifest.parquet   uid, place, caption, label, weight
#      results/subsets/{subset}/draw{draw}/card.json          the data card
#      results/subsets/{subset}/draw{draw}/details.json       attributes, similarity to test sets, duplicates, truth
#      results/subsets/{subset}/draw{draw}/nearest.parquet    of each test image, the similarity of the nearest sample
#      results/subsets/{subset}/draw{draw}/removed.parquet    what similarity removed, and why
#      results/subsets/{subset}/draw{draw}/shards             on request, by this path: the samples as webdataset shards
#
# A subset with chance in it, or in what it is taken from, has a draw for each seed; one without has draw 0 alone.


rule build_subset:
    input:
        files=lambda wildcards: orders.order_files(config, wildcards.subset, int(wildcards.draw)),
        code=lambda wildcards: code_of("clipcause.subsets.build")
        + code_of(module_of(config["subsets"][wildcards.subset]["method"])),
    output:
        manifest="results/subsets/{subset}/draw{draw}/manifest.parquet",
        card="results/subsets/{subset}/draw{draw}/card.json",
    log:
        "results/logs/build_subset/{subset}.draw{draw}.log",
    benchmark:
        "results/benchmarks/build_subset/{subset}.draw{draw}.tsv"
    wildcard_constraints:
        subset=plan.alternatives(plan.subsets_by(config, similarity=False)),
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        order=lambda wildcards: orders.order_flags(config, wildcards.subset, int(wildcards.draw)),
    shell:
        "python -m clipcause.subsets build {params.order:q} --manifest {output.manifest} --card {output.card} "
        "--threads {threads} --memory-mb {resources.mem_mb} --log {log}"


rule build_subset_by_similarity:
    input:
        files=lambda wildcards: orders.order_files(config, wildcards.subset, int(wildcards.draw)),
        code=lambda wildcards: code_of("clipcause.subsets.build")
        + code_of(module_of(config["subsets"][wildcards.subset]["method"])),
    output:
        manifest="results/subsets/{subset}/draw{draw}/manifest.parquet",
        card="results/subsets/{subset}/draw{draw}/card.json",
        removed="results/subsets/{subset}/draw{draw}/removed.parquet",
    log:
        "results/logs/build_subset/{subset}.draw{draw}.log",
    benchmark:
        "results/benchmarks/build_subset/{subset}.draw{draw}.tsv"
    wildcard_constraints:
        subset=plan.alternatives(plan.subsets_by(config, similarity=True)),
    conda:
        "../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=growing(720),
    params:
        order=lambda wildcards: orders.order_flags(config, wildcards.subset, int(wildcards.draw)),
    shell:
        "python -m clipcause.subsets build {params.order:q} "
        "--manifest {output.manifest} --card {output.card} --removed {output.removed} "
        "--threads {threads} --memory-mb {resources.mem_mb} --log {log}"


rule describe_subset:
    input:
        manifest="results/subsets/{subset}/draw{draw}/manifest.parquet",
        pools=lambda wildcards: orders.index_files(config, wildcards.subset).values(),
        embeddings=lambda wildcards: embedding.folders(embedding.card_inputs(config, wildcards.subset)),
        code=code_of("clipcause.subsets.details"),
    output:
        details="results/subsets/{subset}/draw{draw}/details.json",
        nearest="results/subsets/{subset}/draw{draw}/nearest.parquet",
    log:
        "results/logs/describe_subset/{subset}.draw{draw}.log",
    benchmark:
        "results/benchmarks/describe_subset/{subset}.draw{draw}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        subset="{subset}",
        draw="{draw}",
        pools=lambda wildcards: orders.named(orders.index_files(config, wildcards.subset)),
        attributes=lambda wildcards: json.dumps(embedding.card_attributes(config, wildcards.subset)),
        embeddings=lambda wildcards: orders.named(embedding.card_inputs(config, wildcards.subset)),
        near_duplicate=lambda wildcards: embedding.near_duplicate(config, wildcards.subset),
    shell:
        "python -m clipcause.subsets describe --name {params.subset} --draw {params.draw} "
        "--manifest {input.manifest} --pools {params.pools} --attributes {params.attributes:q} "
        "--embeddings {params.embeddings} --near-duplicate {params.near_duplicate} "
        "--output {output.details} --nearest {output.nearest} "
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
    benchmark:
        "results/benchmarks/materialize_subset/{subset}.draw{draw}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(1440),
    shell:
        "python -m clipcause.subsets materialize --manifest {input.manifest} --output {output} "
        "--samples-per-shard 10000 --threads {threads} --memory-mb 2000 --log {log}"
