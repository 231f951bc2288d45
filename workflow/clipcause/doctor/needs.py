"""What a configuration needs of the outside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from clipcause.planning.made import Made
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


def needs_of(made: Made) -> Needs:
    """What the jobs that are left of a planned configuration need."""
    config, left = made.jobs.config, [job for job in made.jobs.jobs if job.number in made.jobs.to_do]
    measured = any(stage.to_do > sum(stage.unknown.values()) for stage in made.plan.stages)
    return Needs(
        disk=sum(stage.to_write for stage in made.plan.stages) if measured or not left else None,
        all_of_it=made.plan.whole,
        memory=max(((job.memory or 0, str(job)) for job in left), default=(0, "none")),
        gpus=max((job.gpus for job in left), default=0),
        hosts=dict(_hosts(config, {job.names.split()[0] for job in left if job.work.step == "download_chunk"})),
        hub=tuple(_from_the_hub(config)),
    )


def _hosts(config: Mapping, pools: set[str]) -> Iterator[tuple[str, tuple[list[str], int]]]:
    quantities = Quantities(config)
    for name in sorted(pools):
        pool = config["pools"][name]
        rows = quantities.rows(name)
        if pool["source"] == "web" and pool["site"] is None and rows:
            yield name, (hosts_in(pool["metadata"], pool["url"]), rows)


def hosts_in(metadata: str, column: str) -> list[str]:
    """Some different hosts of the URLs in the first rows of a table; none if it can't be read."""
    import duckdb

    from clipcause.database import connect, name, table

    query = f"SELECT {name(column)} FROM {table(metadata)} LIMIT {ROWS}"
    try:
        urls = [url for (url,) in connect().execute(query).fetchall()]
    except duckdb.Error:
        return []
    hosts = dict.fromkeys(urlsplit(str(url)).hostname for url in urls if "://" in str(url))
    return [host for host in hosts if host][:HOSTS]


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
            if any(isinstance(value, str) and value.startswith("hf://") for value in of.values()):
                yield f"{section}.{name}"
