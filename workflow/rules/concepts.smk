# concepts: how many captions mention each concept of a vocabulary.
#
# in   the captions of a pool's samples.parquet or of a subset's manifest.parquet, and a vocabulary
# out  results/concepts/{vocabulary}/pools/{pool}/frequency.parquet
#      results/concepts/{vocabulary}/subsets/{subset}/draw{draw}/frequency.parquet


rule count_pool_concepts:
    input:
        captions="results/pools/{pool}/samples.parquet",
        vocabulary=lambda wildcards: config["vocabularies"][wildcards.vocabulary]["path"],
        code=code_of("clipcause.concepts"),
    output:
        frequency="results/concepts/{vocabulary}/pools/{pool}/frequency.parquet",
    log:
        "results/logs/count_pool_concepts/{vocabulary}.{pool}.log",
    conda:
        "../../envs/clipcause.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    shell:
        "python -m clipcause.concepts count --captions {input.captions} --caption-column caption "
        "--vocabulary {input.vocabulary:q} --output {output.frequency} --threads {threads} --log {log}"


use rule count_pool_concepts as count_subset_concepts with:
    input:
        captions="results/subsets/{subset}/draw{draw}/manifest.parquet",
        vocabulary=lambda wildcards: config["vocabularies"][wildcards.vocabulary]["path"],
        code=code_of("clipcause.concepts"),
    output:
        frequency="results/concepts/{vocabulary}/subsets/{subset}/draw{draw}/frequency.parquet",
    log:
        "results/logs/count_subset_concepts/{vocabulary}.{subset}.draw{draw}.log",
