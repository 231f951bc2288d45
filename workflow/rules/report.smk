# report: everything on one page, and in one database.
#
# in   every study's estimates, claims and figures; every run, data card and pool card behind them; public models, where
#      they join
# out  results/report.html       self-contained, opens from disk
#      results/results.duckdb    tidy tables to query
#      results/tables/           the same, each as a parquet file
#
# What jobs took is read from results/benchmarks/ as it stands when the page is built. It is no input, since it differs
# from run to run where nothing else does: the page tells the times of its results, but is not made again for them.

studies = list(config["studies"])
runs = reporting.run_names(config)
of_published = "--published results/published" if published.joined(config) else ""
stages = reporting.stages_of(workflow.rules)


rule build_page:
    input:
        claims=expand("results/studies/{study}/claims.json", study=studies),
        estimates=expand("results/studies/{study}/estimates.parquet", study=studies),
        figures=expand("results/studies/{study}/figures", study=studies),
        runs=expand("results/runs/{run}/run.json", run=runs),
        speed=ancient(expand("results/runs/{run}/speed.json", run=runs)),
        cards=reporting.subset_files(config, "card.json"),
        details=reporting.detail_files(config),
        pools=reporting.pool_files(config, "card.json"),
        counts=counting.count_files(config, "card.json"),
        frequency_figures=expand("results/concepts/{vocabulary}/figures", vocabulary=counting.vocabularies(config)),
        published=published.joined(config),
        code=code_of("clipcause.report.page"),
    output:
        page=report(
            "results/report.html",
            caption="../report/page.rst",
            category="Report",
            labels={"what": "page", "of": "all studies"},
        ),
    log:
        "results/logs/build_page.log",
    benchmark:
        "results/benchmarks/build_page.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        config=lambda wildcards: json.dumps(reporting.shown(config)),
        stages=json.dumps(stages),
        studies=expand("results/studies/{study}", study=studies),
        runs=expand("results/runs/{run}", run=runs),
        published=of_published,
    shell:
        "python -m clipcause.report page --config {params.config:q} --studies {params.studies} --runs {params.runs} "
        "--cards {input.cards} --details {input.details} "
        "--pools {input.pools} --counts {input.counts} --stages {params.stages:q} --benchmarks results/benchmarks "
        "{params.published} --output {output.page} --log {log}"


rule build_database:
    input:
        claims=expand("results/studies/{study}/claims.json", study=studies),
        estimates=expand("results/studies/{study}/estimates.parquet", study=studies),
        classes=expand("results/studies/{study}/classes.parquet", study=studies),
        effects=expand("results/studies/{study}/effects.parquet", study=studies),
        robustness=expand("results/studies/{study}/robustness.parquet", study=studies),
        nearness=expand("results/studies/{study}/nearness.parquet", study=studies),
        figures=expand("results/studies/{study}/figures", study=studies),
        references=reporting.reference_files(config),
        measures=expand("results/evaluations/{run}/measures.parquet", run=runs),
        predictions=expand("results/evaluations/{run}/predictions.parquet", run=runs),
        runs=expand("results/runs/{run}/run.json", run=runs),
        speed=ancient(expand("results/runs/{run}/speed.json", run=runs)),
        cards=reporting.subset_files(config, "card.json"),
        details=reporting.detail_files(config),
        pools=reporting.pool_files(config, "card.json"),
        counts=counting.count_files(config, "card.json"),
        frequencies=counting.count_files(config, "frequency.parquet"),
        published=published.joined(config),
        code=code_of("clipcause.report.database"),
    output:
        database="results/results.duckdb",
        tables=directory("results/tables"),
    log:
        "results/logs/build_database.log",
    benchmark:
        "results/benchmarks/build_database.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        studies=expand("results/studies/{study}", study=studies),
        runs=expand("results/runs/{run}", run=runs),
        evaluations=expand("results/evaluations/{run}", run=runs),
        published=of_published,
    shell:
        "python -m clipcause.report database --studies {params.studies} --runs {params.runs} "
        "--evaluations {params.evaluations} --cards {input.cards} --details {input.details} "
        "--pools {input.pools} --counts {input.counts} --references {input.references} {params.published} "
        "--output {output.database} --tables {output.tables} --log {log}"
