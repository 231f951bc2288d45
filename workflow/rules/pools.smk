# pools: from web pages, files or shards to an index of samples that are read by random access.
#
# in   tables of URLs or paths, here or elsewhere, or webdataset shards, as `pools:` names them
# out  results/pools/{pool}/sources/                 its tables that have URLs, as they were fetched
#      results/pools/{pool}/metadata.parquet         its tables as one, a row per sample to be
#      results/pools/{pool}/chunks/{chunk}.parquet   a row for each of the chunk's samples, with status and place
#      results/pools/{pool}/shards/{chunk}/          its images, as tars
#      results/pools/{pool}/chunks/{chunk}.json      img2dataset's statistics, where it downloaded
#      results/pools/{pool}/chunks/{chunk}.round{round}...     the same after a further round of what failed
#      results/pools/{pool}/preflight.json           what a few hundred URLs tell of the whole, on demand
#      results/pools/{pool}/samples.parquet          all rows, sorted by uid
#      results/pools/{pool}/card.json                how many, and what failed
#
# A pool's `source` decides which rule makes its chunks; only downloads come in more than one.

pools_from = {source: plan.alternatives(plan.pools_from(config, source)) for source in ("web", "files", "shards")}


# Without the code that fetches among its inputs: an edit must not ask the network again.
rule fetch_metadata:
    output:
        tables=directory("results/pools/{pool}/sources"),
    log:
        "results/logs/fetch_metadata/{pool}.log",
    benchmark:
        "results/benchmarks/fetch_metadata/{pool}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(720),
    params:
        urls=lambda wildcards: collecting.remote_metadata(config, wildcards.pool),
    shell:
        "python -m clipcause.pools fetch --urls {params.urls:q} --output {output.tables} --log {log}"


rule prepare_metadata:
    input:
        local=lambda wildcards: collecting.local_metadata(config, wildcards.pool),
        fetched=lambda wildcards: (
            "results/pools/{pool}/sources" if collecting.remote_metadata(config, wildcards.pool) else []
        ),
        code=code_of("clipcause.pools.metadata"),
    output:
        metadata="results/pools/{pool}/metadata.parquet",
    log:
        "results/logs/prepare_metadata/{pool}.log",
    benchmark:
        "results/benchmarks/prepare_metadata/{pool}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(240),
    params:
        tables=lambda wildcards: collecting.metadata(config, wildcards.pool),
        fetched=lambda wildcards, input: ["--fetched", input.fetched] if input.fetched else [],
        pool=lambda wildcards: json.dumps(collecting.preparing(config, wildcards.pool)),
    shell:
        "python -m clipcause.pools prepare --tables {params.tables:q} {params.fetched} --pool {params.pool:q} "
        "--metadata {output.metadata} --memory-mb {resources.mem_mb} --log {log}"


rule download_chunk:
    input:
        metadata="results/pools/{pool}/metadata.parquet",
        site=lambda wildcards: config["pools"][wildcards.pool]["site"] or [],
        code=code_of("clipcause.pools.download") + code_of("clipcause.pools.engine"),
    output:
        rows="results/pools/{pool}/chunks/{chunk}.parquet",
        shards=directory("results/pools/{pool}/shards/{chunk}"),
        statistics="results/pools/{pool}/chunks/{chunk}.json",
    log:
        "results/logs/download_chunk/{pool}.{chunk}.log",
    benchmark:
        "results/benchmarks/download_chunk/{pool}.{chunk}.tsv"
    wildcard_constraints:
        pool=pools_from["web"],
    cache: sharing
    conda:
        "../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=growing(720),
    params:
        chunk="{chunk}",
        published="results/pools/{pool}/shards/{chunk}",  # the rows name it
        pool=lambda wildcards: json.dumps(collecting.fetching(config, wildcards.pool)),
    shell:
        "python -m clipcause.pools download --metadata {input.metadata} --pool {params.pool:q} "
        "--chunk {params.chunk} --rows {output.rows} --shards {output.shards} --statistics {output.statistics} "
        "--threads {threads} --log {log}"


rule retry_chunk:
    input:
        earlier=lambda wildcards: (
            f"results/pools/{{pool}}/{collecting.rows_after(wildcards.chunk, int(wildcards.round) - 1)}"
        ),
        site=lambda wildcards: config["pools"][wildcards.pool]["site"] or [],
        code=code_of("clipcause.pools.download") + code_of("clipcause.pools.engine"),
    output:
        rows="results/pools/{pool}/chunks/{chunk}.round{round}.parquet",
        shards=directory("results/pools/{pool}/shards/{chunk}.round{round}"),
        statistics="results/pools/{pool}/chunks/{chunk}.round{round}.json",
    log:
        "results/logs/retry_chunk/{pool}.{chunk}.round{round}.log",
    benchmark:
        "results/benchmarks/retry_chunk/{pool}.{chunk}.round{round}.tsv"
    wildcard_constraints:
        pool=pools_from["web"],
        round=r"[2-9]|[1-9]\d+",
    cache: sharing
    conda:
        "../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=growing(720),
    params:
        round="{round}",
        pool=lambda wildcards: json.dumps(collecting.fetching(config, wildcards.pool)),
    shell:
        "python -m clipcause.pools retry --earlier {input.earlier} --pool {params.pool:q} "
        "--round {params.round} --rows {output.rows} --shards {output.shards} --statistics {output.statistics} "
        "--threads {threads} --log {log}"


rule preflight_pool:
    input:
        metadata="results/pools/{pool}/metadata.parquet",
        site=lambda wildcards: config["pools"][wildcards.pool]["site"] or [],
        code=code_of("clipcause.pools.preflight") + code_of("clipcause.pools.engine"),
    output:
        told="results/pools/{pool}/preflight.json",
    log:
        "results/logs/preflight_pool/{pool}.log",
    benchmark:
        "results/benchmarks/preflight_pool/{pool}.tsv"
    wildcard_constraints:
        pool=pools_from["web"],
    conda:
        "../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        name="{pool}",
        pool=lambda wildcards: json.dumps(
            collecting.fetching(config, wildcards.pool) | collecting.indexing(config, wildcards.pool)
        ),
    shell:
        "python -m clipcause.pools preflight --name {params.name} --metadata {input.metadata} "
        "--pool {params.pool:q} --output {output.told} --threads {threads} --log {log}"


rule pack_files:
    input:
        metadata="results/pools/{pool}/metadata.parquet",
        images=lambda wildcards: config["pools"][wildcards.pool]["images"],
        code=code_of("clipcause.pools.pack"),
    output:
        rows="results/pools/{pool}/chunks/0.parquet",
        shards=directory("results/pools/{pool}/shards/0"),
    log:
        "results/logs/pack_files/{pool}.log",
    benchmark:
        "results/benchmarks/pack_files/{pool}.tsv"
    wildcard_constraints:
        pool=pools_from["files"],
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(240),
    params:
        pool=lambda wildcards: json.dumps(collecting.fetching(config, wildcards.pool)),
    shell:
        "python -m clipcause.pools pack --metadata {input.metadata} --pool {params.pool:q} "
        "--rows {output.rows} --shards {output.shards} --log {log}"


rule adopt_shards:
    input:
        shards=lambda wildcards: sorted(glob(config["pools"][wildcards.pool]["shards"])),
        code=code_of("clipcause.pools.adopt"),
    output:
        rows="results/pools/{pool}/chunks/0.parquet",
    log:
        "results/logs/adopt_shards/{pool}.log",
    benchmark:
        "results/benchmarks/adopt_shards/{pool}.tsv"
    wildcard_constraints:
        pool=pools_from["shards"],
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(240),
    params:
        pool=lambda wildcards: json.dumps(collecting.fetching(config, wildcards.pool)),
    shell:
        "python -m clipcause.pools adopt --pool {params.pool:q} --rows {output.rows} --log {log}"


rule index_pool:
    input:
        chunks=lambda wildcards: collecting.rows(config, wildcards.pool),
        statistics=lambda wildcards: collecting.statistics(config, wildcards.pool),
        code=code_of("clipcause.pools.index"),
    output:
        samples="results/pools/{pool}/samples.parquet",
        card="results/pools/{pool}/card.json",
    log:
        "results/logs/index_pool/{pool}.log",
    benchmark:
        "results/benchmarks/index_pool/{pool}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        name="{pool}",
        pool=lambda wildcards: json.dumps(collecting.indexing(config, wildcards.pool)),
    shell:
        "python -m clipcause.pools index --name {params.name} --pool {params.pool:q} --chunks {input.chunks} "
        "--statistics {input.statistics} --samples {output.samples} --card {output.card} --threads {threads} --log {log}"
