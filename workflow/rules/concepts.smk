# concepts: how many captions mention each concept of a vocabulary.
#
# in   a vocabulary, and the captions of a pool's samples.parquet or of a subset's manifest.parquet;
#      {counted} is pools/{pool} or subsets/{subset}/draw{draw}
# out  results/concepts/{vocabulary}/{counted}/frequency.parquet   how many captions mention each concept
#      results/concepts/{vocabulary}/{counted}/words.parquet       how often each word occurs
#      results/concepts/{vocabulary}/{counted}/card.json           totals, Zipf's exponent, agreement with labels
#      results/concepts/{vocabulary}/{counted}/matches.parquet     which caption mentions which concept, on demand
#      results/concepts/{vocabulary}/figures/                      of all that the studies count by the vocabulary
#      results/wordnet/                                            where a vocabulary needs it
#
# A pool that comes in chunks is counted in as many parts, so that jobs share the work and a killed one loses one part.


rule fetch_wordnet:
    input:
        code=code_of("clipcause.concepts.lemmatizers.fetch"),
    output:
        folder=directory("results/wordnet"),
    log:
        "results/logs/fetch_wordnet.log",
    benchmark:
        "results/benchmarks/fetch_wordnet.tsv"
    localrule: True
    conda:
        "../../envs/cpu.yaml"
    params:
        url=config["wordnet_url"],
    shell:
        "python -m clipcause.concepts wordnet --url {params.url:q} --output {output.folder} --log {log}"


rule count_concepts:
    input:
        captions=lambda wildcards: counting.captions_of(wildcards.counted),
        vocabulary=lambda wildcards: counting.vocabulary_files(config, wildcards.vocabulary),
        wordnet=lambda wildcards: "results/wordnet" if counting.uses_wordnet(config, wildcards.vocabulary) else [],
        code=code_of("clipcause.concepts.count") + code_of("clipcause.concepts.card"),
    output:
        frequency="results/concepts/{vocabulary}/{counted}/frequency.parquet",
        words="results/concepts/{vocabulary}/{counted}/words.parquet",
        card="results/concepts/{vocabulary}/{counted}/card.json",
    log:
        "results/logs/count_concepts/{vocabulary}/{counted}.log",
    benchmark:
        "results/benchmarks/count_concepts/{vocabulary}/{counted}.tsv"
    wildcard_constraints:
        counted=counting.countable(config, in_parts=False),
    cache: sharing
    conda:
        "../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        search=lambda wildcards: counting.search_flags(config, wildcards.vocabulary),
        labels=lambda wildcards: counting.label_flags(config, wildcards.counted),
    shell:
        "python -m clipcause.concepts count --captions {input.captions} --caption-column caption {params.search:q} "
        "{params.labels} --output {output.frequency} --words {output.words} --card {output.card} "
        "--threads {threads} --memory-mb {resources.mem_mb} --temporary {resources.tmpdir:q} --log {log}"


rule count_concepts_of_part:
    input:
        captions=lambda wildcards: counting.captions_of(wildcards.counted),
        vocabulary=lambda wildcards: counting.vocabulary_files(config, wildcards.vocabulary),
        wordnet=lambda wildcards: "results/wordnet" if counting.uses_wordnet(config, wildcards.vocabulary) else [],
        code=code_of("clipcause.concepts.count"),
    output:
        frequency="results/concepts/{vocabulary}/{counted}/parts/{part}of{parts}/frequency.parquet",
        words="results/concepts/{vocabulary}/{counted}/parts/{part}of{parts}/words.parquet",
    log:
        "results/logs/count_concepts_of_part/{vocabulary}/{counted}/{part}of{parts}.log",
    benchmark:
        "results/benchmarks/count_concepts_of_part/{vocabulary}/{counted}/{part}of{parts}.tsv"
    wildcard_constraints:
        counted=counting.countable(config, in_parts=True),
    cache: sharing
    conda:
        "../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=growing(2000),
        runtime=growing(120),
    params:
        part="{part}",
        parts="{parts}",
        search=lambda wildcards: counting.search_flags(config, wildcards.vocabulary),
        labels=lambda wildcards: counting.label_flags(config, wildcards.counted),
    shell:
        "python -m clipcause.concepts count --captions {input.captions} --caption-column caption {params.search:q} "
        "{params.labels} --part {params.part}/{params.parts} --output {output.frequency} --words {output.words} "
        "--threads {threads} --memory-mb {resources.mem_mb} --temporary {resources.tmpdir:q} --log {log}"


rule merge_concept_parts:
    input:
        frequencies=lambda wildcards: counting.parts(config, *wildcards, file="frequency.parquet"),
        words=lambda wildcards: counting.parts(config, *wildcards, file="words.parquet"),
        code=code_of("clipcause.concepts.card") + code_of("clipcause.concepts.words"),
    output:
        frequency="results/concepts/{vocabulary}/{counted}/frequency.parquet",
        words="results/concepts/{vocabulary}/{counted}/words.parquet",
        card="results/concepts/{vocabulary}/{counted}/card.json",
    log:
        "results/logs/merge_concept_parts/{vocabulary}/{counted}.log",
    benchmark:
        "results/benchmarks/merge_concept_parts/{vocabulary}/{counted}.tsv"
    wildcard_constraints:
        counted=counting.countable(config, in_parts=True),
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    shell:
        "python -m clipcause.concepts merge --frequencies {input.frequencies} --output {output.frequency} "
        "--words {input.words} --words-output {output.words} --card {output.card} "
        "--threads {threads} --memory-mb {resources.mem_mb} --temporary {resources.tmpdir:q} --log {log}"


rule list_matches:
    input:
        captions=lambda wildcards: counting.captions_of(wildcards.counted),
        vocabulary=lambda wildcards: counting.vocabulary_files(config, wildcards.vocabulary),
        wordnet=lambda wildcards: "results/wordnet" if counting.uses_wordnet(config, wildcards.vocabulary) else [],
        code=code_of("clipcause.concepts.count"),
    output:
        matches="results/concepts/{vocabulary}/{counted}/matches.parquet",
    log:
        "results/logs/list_matches/{vocabulary}/{counted}.log",
    benchmark:
        "results/benchmarks/list_matches/{vocabulary}/{counted}.tsv"
    cache: sharing
    conda:
        "../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=growing(2000),
        runtime=growing(240),
    params:
        search=lambda wildcards: counting.search_flags(config, wildcards.vocabulary),
    shell:
        "python -m clipcause.concepts match --captions {input.captions} --caption-column caption --uid-column uid "
        "{params.search:q} --output {output.matches} "
        "--threads {threads} --memory-mb {resources.mem_mb} --temporary {resources.tmpdir:q} --log {log}"


rule draw_frequencies:
    input:
        frequencies=lambda wildcards: expand(
            "results/concepts/{vocabulary}/{counted}/frequency.parquet",
            counted=counting.counted(config, wildcards.vocabulary),
            allow_missing=True,
        ),
        code=code_of("clipcause.concepts.figures"),
    output:
        figures=report(
            directory("results/concepts/{vocabulary}/figures"),
            patterns=["{figure}.svg"],
            caption="../report/concept_figure.rst",
            category="Concepts",
            subcategory="{vocabulary}",
            labels={"what": "figure", "of": "{figure}"},
        ),
    log:
        "results/logs/draw_frequencies/{vocabulary}.log",
    benchmark:
        "results/benchmarks/draw_frequencies/{vocabulary}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        vocabulary="{vocabulary}",
        names=lambda wildcards: counting.counted(config, wildcards.vocabulary),
    shell:
        "python -m clipcause.concepts figures --vocabulary {params.vocabulary} --names {params.names} "
        "--frequencies {input.frequencies} --output {output.figures} --log {log}"
