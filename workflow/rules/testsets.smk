# testsets: index labelled test images.
#
# in   a folder in CLIP-benchmark's webdataset layout, here or on the web, or a pool of which a part is held out
# out  results/testsets/{testset}/folder/           the folder, if it is fetched from the web
#      results/testsets/{testset}/samples.parquet   where each image is, and its class
#      results/testsets/{testset}/testset.json      class names and prompts


# Without the code that fetches among its inputs: an edit of it must not ask the network again.
rule fetch_testset:
    output:
        folder=directory("results/testsets/{testset}/folder"),
    log:
        "results/logs/fetch_testset/{testset}.log",
    benchmark:
        "results/benchmarks/fetch_testset/{testset}.tsv"
    wildcard_constraints:
        testset=plan.alternatives(plan.testsets_from(config, "web")),
    priority: 100
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=720,
    params:
        name="{testset}",
        url=lambda wildcards: config["testsets"][wildcards.testset]["url"],
        split=lambda wildcards: config["testsets"][wildcards.testset]["split"],
    shell:
        "python -m clipcause.testsets fetch --name {params.name} --url {params.url:q} --split {params.split:q} "
        "--folder {output.folder} --log {log}"


rule index_testset_folder:
    input:
        files=lambda wildcards: plan.testset_files(config, wildcards.testset),
        code=code_of("clipcause.testsets"),
    output:
        samples="results/testsets/{testset}/samples.parquet",
        description="results/testsets/{testset}/testset.json",
    log:
        "results/logs/index_testset_folder/{testset}.log",
    benchmark:
        "results/benchmarks/index_testset_folder/{testset}.tsv"
    wildcard_constraints:
        testset=plan.alternatives([*plan.testsets_from(config, "folder"), *plan.testsets_from(config, "web")]),
    priority: 100
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        folder=lambda wildcards: plan.testset_folder(config, wildcards.testset),
        classes=lambda wildcards: config["testsets"][wildcards.testset]["classes"],
    shell:
        "python -m clipcause.testsets folder --folder {params.folder:q} --classes {params.classes} "
        "--samples {output.samples} --description {output.description} --log {log}"


rule index_testset_part:
    input:
        pool=lambda wildcards: f"results/pools/{config['testsets'][wildcards.testset]['pool']}/samples.parquet",
        code=code_of("clipcause.testsets"),
    output:
        samples="results/testsets/{testset}/samples.parquet",
        description="results/testsets/{testset}/testset.json",
    log:
        "results/logs/index_testset_part/{testset}.log",
    benchmark:
        "results/benchmarks/index_testset_part/{testset}.tsv"
    wildcard_constraints:
        testset=plan.alternatives(plan.testsets_from(config, "pool")),
    priority: 100
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        testset=lambda wildcards: json.dumps(plan.part_of_pool(config, wildcards.testset)),
    shell:
        "python -m clipcause.testsets part --pool {input.pool} --testset {params.testset:q} "
        "--samples {output.samples} --description {output.description} --log {log}"
