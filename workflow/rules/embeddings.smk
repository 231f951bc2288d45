# embeddings: images and captions as vectors of one model, kept once, compared by whatever needs similarity.
#
# in   results/pools/{pool}/samples.parquet and shards, results/testsets/{testset}/samples.parquet, manifests, vocabularies;
#      the embedder: a run of this workflow, or a model that others trained
# out  results/embeddings/{embedder}/pools/{pool}/images/part{part}of{parts}/          parquet files and embedder.json
#      results/embeddings/{embedder}/testsets/{testset}/images/part1of1/
#      results/embeddings/{embedder}/{pools,subsets,vocabularies}/.../captions/part{part}of{parts}/
#      results/embeddings/{embedder}/{pools,testsets}/{reference}/nearest.parquet   of each test image, the nearest in it
#
# A pool that comes in chunks is embedded in as many parts. What is done lies in results/state/, which Snakemake does
# not know: a job that was killed goes on from there. The test sets of an embedder are embedded by one process.


rule embed_images:
    input:
        table="results/pools/{pool}/samples.parquet",
        shards=ancient(lambda wildcards: collecting.shards(config, wildcards.pool)),
        run=lambda wildcards: embedding.run_files(config, wildcards.embedder),
        code=code_of("clipcause.embeddings.embed"),
    output:
        directory("results/embeddings/{embedder}/pools/{pool}/images/part{part}of{parts}"),
    log:
        "results/logs/embed_images/{embedder}.{pool}.part{part}of{parts}.log",
    benchmark:
        "results/benchmarks/embed_images/{embedder}.{pool}.part{part}of{parts}.tsv"
    cache: sharing
    conda:
        needs.environment(config)
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=1440,
        gpu=needs.gpus(config),
    params:
        part="{part}",
        parts="{parts}",
        embedder=lambda wildcards: embedding.flags(config, wildcards.embedder),
    shell:
        "python -m clipcause.embeddings embed {params.embedder:q} --side images --tables {input.table} "
        "--outputs {output} --part {params.part}/{params.parts} --state results/state/embeddings --code {input.code:q} "
        "--threads {threads} --memory-mb {resources.mem_mb} --log {log}"


rule embed_captions:
    input:
        table=lambda wildcards: embedding.table_files(config, wildcards.captioned),
        run=lambda wildcards: embedding.run_files(config, wildcards.embedder),
        code=code_of("clipcause.embeddings.embed"),
    output:
        directory("results/embeddings/{embedder}/{captioned}/captions/part{part}of{parts}"),
    log:
        "results/logs/embed_captions/{embedder}/{captioned}.part{part}of{parts}.log",
    benchmark:
        "results/benchmarks/embed_captions/{embedder}/{captioned}.part{part}of{parts}.tsv"
    wildcard_constraints:
        captioned=r"pools/\w+|vocabularies/\w+|testsets/\w+|subsets/\w+/draw\d+",
    cache: sharing
    conda:
        needs.environment(config)
    resources:
        mem_mb=growing(4000),
        runtime=1440,
        gpu=needs.gpus(config),
    params:
        part="{part}",
        parts="{parts}",
        table=lambda wildcards: embedding.table_of(config, wildcards.captioned),
        embedder=lambda wildcards: embedding.flags(config, wildcards.embedder),
    shell:
        "python -m clipcause.embeddings embed {params.embedder:q} --side captions --tables {params.table:q} "
        "--outputs {output} --part {params.part}/{params.parts} --state results/state/embeddings --code {input.code:q} "
        "--threads {threads} --memory-mb {resources.mem_mb} --log {log}"


rule compare_reference:
    input:
        images=lambda wildcards: embedding.parts(config, wildcards.embedder, wildcards.reference, "images"),
        testsets=lambda wildcards: embedding.folders(
            embedding.testset_folders(config, wildcards.embedder, wildcards.reference)
        ),
        code=code_of("clipcause.embeddings.reference"),
    output:
        nearest="results/embeddings/{embedder}/{reference}/nearest.parquet",
    log:
        "results/logs/compare_reference/{embedder}/{reference}.log",
    benchmark:
        "results/benchmarks/compare_reference/{embedder}/{reference}.tsv"
    wildcard_constraints:
        reference=r"pools/\w+|testsets/\w+",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(240),
    params:
        testsets=lambda wildcards: orders.named(
            embedding.testset_folders(config, wildcards.embedder, wildcards.reference)
        ),
    shell:
        "python -m clipcause.embeddings nearest --images {input.images} --testsets {params.testsets} "
        "--output {output.nearest} --threads {threads} --log {log}"


for embedder in config["embedders"]:

    rule:
        name:
            f"embed_testsets_by_{embedder}"
        input:
            tables=expand("results/testsets/{testset}/samples.parquet", testset=embedding.testsets_of(config, embedder)),
            run=embedding.run_files(config, embedder),
            code=code_of("clipcause.embeddings.embed"),
        output:
            [
                directory(folder)
                for testset in embedding.testsets_of(config, embedder)
                for folder in embedding.parts(config, embedder, f"testsets/{testset}", "images")
            ],
        log:
            f"results/logs/embed_testsets/{embedder}.log",
        benchmark:
            f"results/benchmarks/embed_testsets/{embedder}.tsv"
        conda:
            needs.environment(config)
        threads: 2
        resources:
            mem_mb=growing(4000),
            runtime=240,
            gpu=needs.gpus(config),
        params:
            embedder=embedding.flags(config, embedder),
        shell:
            "python -m clipcause.embeddings embed {params.embedder:q} --side images --tables {input.tables} "
            "--outputs {output} --state results/state/embeddings --code {input.code:q} "
            "--threads {threads} --memory-mb {resources.mem_mb} --log {log}"
