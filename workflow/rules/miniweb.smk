# miniweb: draw a small web of captioned pictures whose truth is known.
#
# in   nothing but the settings under `miniweb:`
# out  results/miniweb/pools/{miniweb_pool}/site.zip            what the web answers, by path
#      results/miniweb/pools/{miniweb_pool}/metadata.parquet    one row per URL
#      results/miniweb/testsets/{miniweb_testset}/              folders in CLIP-benchmark's layout
#      results/miniweb/vocabulary.csv                           the concepts that test sets ask for
#      results/miniweb/open_world.csv                           the further ones that captions mention
#      results/miniweb/colours.csv, places.csv                  what else captions tell of


rule draw_pool:
    input:
        code=code_of("clipcause.miniweb"),
    output:
        site="results/miniweb/pools/{miniweb_pool}/site.zip",
        metadata="results/miniweb/pools/{miniweb_pool}/metadata.parquet",
    log:
        "results/logs/draw_pool/{miniweb_pool}.log",
    benchmark:
        "results/benchmarks/draw_pool/{miniweb_pool}.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        miniweb_pool="{miniweb_pool}",
        settings=lambda wildcards: json.dumps(config["miniweb"]),
    shell:
        "python -m clipcause.miniweb pool --name {params.miniweb_pool} --settings {params.settings:q} "
        "--site {output.site} --metadata {output.metadata} --threads {threads} --log {log}"


rule draw_testset:
    input:
        code=code_of("clipcause.miniweb"),
    output:
        folder=directory("results/miniweb/testsets/{miniweb_testset}"),
    log:
        "results/logs/draw_testset/{miniweb_testset}.log",
    benchmark:
        "results/benchmarks/draw_testset/{miniweb_testset}.tsv"
    priority: 100
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        miniweb_testset="{miniweb_testset}",
        settings=lambda wildcards: json.dumps(config["miniweb"]),
    shell:
        "python -m clipcause.miniweb testset --name {params.miniweb_testset} --settings {params.settings:q} "
        "--output {output.folder} --log {log}"


rule write_vocabulary:
    input:
        code=code_of("clipcause.miniweb"),
    output:
        vocabulary="results/miniweb/vocabulary.csv",
        open_world="results/miniweb/open_world.csv",
        colours="results/miniweb/colours.csv",
        places="results/miniweb/places.csv",
    log:
        "results/logs/write_vocabulary.log",
    benchmark:
        "results/benchmarks/write_vocabulary.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    shell:
        "python -m clipcause.miniweb vocabulary --output {output.vocabulary} --open-world {output.open_world} "
        "--colours {output.colours} --places {output.places} --log {log}"
