# published: public models, measured like ours, from what others published of them; no study hangs on it.
#
# in   published.tables of the configuration: each a CSV here, or files on the web with their digests
# out  results/published/downloads/{table}/      these files as they were published
#      results/published/tables/{table}.csv      the table that is made of them
#      results/published/robustness.parquet      effective robustness of every model on every shift
#      results/published/correlations.parquet    correlation of class frequency with accuracy
#      results/published/claims.json             estimate, interval and verdict of each claim about pools
#      results/published/figures/                each as SVG, PNG and CSV; index.json lists them

public_tables = config["published"]["tables"]


# Without the code that fetches among its inputs: a file is what its digest says, and an edit must not ask the network.
rule fetch_published:
    output:
        files=directory("results/published/downloads/{table}"),
    log:
        "results/logs/fetch_published/{table}.log",
    benchmark:
        "results/benchmarks/fetch_published/{table}.tsv"
    wildcard_constraints:
        table=plan.alternatives(published.fetched(config)),
    localrule: True
    conda:
        "../../envs/cpu.yaml"
    params:
        table="{table}",
        base=lambda wildcards: public_tables[wildcards.table]["base"],
        files=lambda wildcards: published.files(config, wildcards.table),
    shell:
        "python -m clipcause.studies fetch --table {params.table} --base {params.base:q} --files {params.files:q} "
        "--output {output.files} --log {log}"


rule tabulate_published:
    input:
        files="results/published/downloads/{table}",
        code=code_of("clipcause.studies.public.layouts"),
    output:
        table="results/published/tables/{table}.csv",
    log:
        "results/logs/tabulate_published/{table}.log",
    benchmark:
        "results/benchmarks/tabulate_published/{table}.tsv"
    wildcard_constraints:
        table=plan.alternatives(published.fetched(config)),
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        table="{table}",
        layout=lambda wildcards: public_tables[wildcards.table]["layout"],
    shell:
        "python -m clipcause.studies tabulate --table {params.table} --layout {params.layout} "
        "--files {input.files} --output {output.table} --log {log}"


rule measure_published:
    input:
        **published.table_files(config),
        code=code_of("clipcause.studies.public.measure"),
    output:
        robustness="results/published/robustness.parquet",
        correlations="results/published/correlations.parquet",
        claims="results/published/claims.json",
        figures=directory("results/published/figures"),
    log:
        "results/logs/measure_published.log",
    benchmark:
        "results/benchmarks/measure_published.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        tables=[f"--{table}={path}" for table, path in published.table_files(config).items()],
        claims=json.dumps(config["published"]["claims"]),
        resamples=config["published"]["resamples"],
    shell:
        "python -m clipcause.studies public {params.tables:q} --claims {params.claims:q} "
        "--resamples {params.resamples} --output results/published --log {log}"


rule published:
    input:
        lambda wildcards: published.results(config),
    localrule: True
