"""What a configuration needs of the outside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from clipcause.config.collecting import local_metadata, metadata, remote_metadata
from clipcause.planning.planned_run import PlannedRun
from clipcause.rates.quantities import Quantities

HOSTS = 12  # of a pool, whose names are looked up
ROWS = 2000  # of a pool's metadata, that are looked at for them


@dataclass(frozen=True)
class Needs:
    """What is needed.

    disk      bytes still to write, None if nothing was measured; `all_of_it` if nothing is missing in that
    memory    MB of the largest job, and its name
    gpus      the most that a job asks for
    hosts     per pool of the real web some hosts of its URLs, and how many URLs it has
    hub       what comes from the hub
    """

    disk: float | None
    all_of_it: bool
    memory: tuple[int, str]
    gpus: int
    hosts: Mapping[str, tuple[list[str], int]] = field(default_factory=dict)
    hub: tuple[str, ...] = ()


def needs_of(run: PlannedRun) -> Needs:
    """What the jobs that are left of a planned run need."""
    config, left = run.jobs.config, [job for job in run.jobs.jobs if job.number in run.jobs.to_do]
    measured = any(stage.to_do > sum(stage.unknown.values()) for stage in run.plan.stages)
    return Needs(
        disk=sum(stage.to_write for stage in run.plan.stages) if measured or not left else None,
        all_of_it=run.plan.whole,
        memory=max(((job.memory or 0, str(job)) for job in left), default=(0, "none")),
        gpus=max((job.gpus for job in left), default=0),
        hosts=dict(_hosts(config, {job.names.split()[0] for job in left if job.work.step == "download_chunk"})),
        hub=tuple(_from_the_hub(config)),
    )


def _hosts(config: Mapping, pools: set[str]) -> Iterator[tuple[str, tuple[list[str], int]]]:
    quantities = Quantities(config)
    for name in sorted(pools):
        pool = config["pools"][name]
        if pool["source"] == "web" and pool["site"] is None:
            yield name, (hosts_of(config, name), quantities.rows(name) or 0)


def hosts_of(config: Mapping, pool: str) -> list[str]:
    """Some different hosts that the download of a pool asks, as far as its tables are here and can be read."""
    hosts = dict.fromkeys(urlsplit(url).hostname for url in _urls(config, pool))
    return [host for host in hosts if host][:HOSTS]


def _urls(config: Mapping, pool: str) -> list[str]:
    """The first URLs of a pool, or those of its tables if they are not here yet."""
    import duckdb

    from clipcause.database import connect, name, table

    settings, prepared = config["pools"][pool], Path("results/pools") / pool / "metadata.parquet"
    if prepared.exists():
        column, read = "address", table(prepared)
    elif local := local_metadata(config, pool):
        column, read = settings["url"], table(local, settings["columns"], settings["quoted"])
    else:
        return [url for url in remote_metadata(config, pool) if url.startswith("http")]
    try:
        rows = connect().execute(f"SELECT {name(column)} FROM {read} LIMIT {ROWS}").fetchall()
    except duckdb.Error:
        return []
    return [str(url) for (url,) in rows if "://" in str(url)]


def _from_the_hub(config: Mapping) -> Iterator[str]:
    """What weights, test sets and tables are fetched from the hub, by name."""
    for name, embedder in config["embedders"].items():
        if embedder["source"] == "open_clip" and "/" not in embedder["pretrained"]:
            yield f"embedders.{name}"
    for name, recipe in config["recipes"].items():
        weights = recipe.get("pretrained") or recipe.get("start", {}).get("pretrained")
        if weights and "/" not in weights:
            yield f"recipes.{name}"
    for section in ("pools", "testsets"):
        for name, of in config[section].items():
            tables = metadata(config, name) if section == "pools" else [of.get("url", "")]
            if any(table.startswith("hf://") for table in tables):
                yield f"{section}.{name}"
