"""What test sets, subsets and recipes ask of a pool that it cannot have: columns, labels, held-out samples."""

import string
from collections.abc import Iterable, Iterator

from clipcause.config.messages import at, shown, unknown_name
from clipcause.config.recipes import trainings
from clipcause.config.sources import pools_of, sources

# What every pool's index holds; a pool's `keep` adds further columns.
INDEX_COLUMNS = ("uid", "shard", "offset", "size", "digest", "width", "height", "caption", "label",
                 "status", "error_class", "error", "held_out")  # fmt: skip


def column_problems(config: dict) -> Iterator[str]:
    """Yield one line per column, label or held-out part that is asked for and cannot be there."""
    for name, pool in config["pools"].items():
        yield from _pool_problems(("pools", name), pool)
    for name, testset in config["testsets"].items():
        if testset["source"] == "pool":
            path, pool = ("testsets", name), testset["pool"]
            if testset["part"] == "held_out" and config["pools"][pool]["held_out"] == 0:
                remedy = f"set pools.{pool}.held_out above 0, or part: all"
                yield at((*path, "part"), f"the pool {pool} holds nothing out; {remedy}")
            yield from _missing((*path, "label"), [testset["label"]], pool, config)
            yield from _missing((*path, "where"), testset["where"], pool, config)
    for name, subset in config["subsets"].items():
        path = ("subsets", name)
        for pool in pools_of(config, name):
            yield from _missing((*path, "where"), subset["where"], pool, config)
            if reads_labels(subset) and pool in _labelling(config, sources(config, name)):
                yield from _missing((*path, "from"), ["label"], pool, config)
            if subset["method"] == "stratified":
                yield from _missing((*path, "by"), [subset["by"]], pool, config)
            yield from _missing((*path, "columns"), subset.get("columns", []), pool, config)
            for key in ("attributes", "proxies"):
                columns = [config["attributes"][attribute]["column"] for attribute in subset.get(key, [])]
                yield from _missing((*path, key), filter(None, columns), pool, config)
        for column in subset.get("columns", []):
            if column.startswith("truth_"):
                yield at((*path, "columns"), f"{column} is truth, which training never reads; take it out of the list")
    for path, parts in trainings(config):
        if config["recipes"][parts["recipe"]]["objective"] == "supervised":
            for pool in _labelling(config, [parts["subset"]]):
                yield from _missing(path, ["label"], pool, config)


def _labelling(config: dict, named: Iterable[str]) -> Iterator[str]:
    """The pools whose own labels the samples of these pools and subsets bear; captions may have given them others."""
    for name in named:
        if name in config["pools"]:
            yield name
        elif config["subsets"][name]["method"] != "label_by_caption":
            yield from _labelling(config, sources(config, name))


def reads_labels(subset: dict) -> bool:
    """Whether a subset's method reads the samples' labels."""
    if subset["method"] == "captions":
        return subset["class_name"] != "none" or subset["synonyms"]
    if subset["method"] in ("restrict", "m4"):
        return subset["vocabulary"] is None
    return subset["method"] in ("resample", "trim_tail", "cap", "match_frequency", "text_similarity")


def _pool_problems(path: tuple, pool: dict) -> Iterator[str]:
    for column in _kept(pool):
        if column in INDEX_COLUMNS:
            yield at((*path, "keep"), f"{shown(column)} is a column of the index itself; take it out of the list")
    for key in ("caption", "path"):
        if key in pool and (fault := _template_fault(pool[key])):
            wrong = f"{shown(pool[key])} is not a template ({fault})"
            yield at((*path, key), f"{wrong}; write {{column}} for a column's value, {{{{ and }}}} for braces")


def _missing(path: tuple, columns: Iterable[str], name: str, config: dict) -> Iterator[str]:
    """Columns that a pool's index lacks. Which ones it has is known later if it keeps all."""
    pool = config["pools"][name]
    known = [*INDEX_COLUMNS, *_kept(pool)]
    for column in columns:
        if column == "label" and pool["label"] is None:
            yield at(path, f"the pool {name} has no labels; set pools.{name}.label")
        elif column not in known and pool.get("keep") != "all":
            yield at(path, unknown_name(column, known, f"the columns of {name}"))


def _kept(pool: dict) -> list[str]:
    keep = pool.get("keep", [])
    return [] if keep == "all" else keep


def _template_fault(caption: str) -> str | None:
    """Why a text is neither a column nor a template such as `a {domain} of a {label}`; None if it is one."""
    try:
        parts = list(string.Formatter().parse(caption))
    except ValueError as error:
        return str(error)
    if "" in [field for _, field, _, _ in parts]:
        return "a pair of braces names no column"
    forms = {form for _, _, form, _ in parts} - {None, "", "url"}
    return f"behind the colon stands {min(forms)!r}, and url is all that can" if forms else None
