"""Where a subset takes its samples from: pools, or other subsets, and in the end pools."""

from collections.abc import Iterator

from clipcause.config.messages import at


def sources(config: dict, subset: str) -> list[str]:
    """The pools and subsets that a subset names under `from`, in its order."""
    named = config["subsets"][subset]["from"]
    return [named] if isinstance(named, str) else list(named)


def pools_of(config: dict, subset: str) -> list[str]:
    """The pools that a subset's samples come from, through whichever subsets, each once."""
    found: dict[str, None] = {}
    for source in sources(config, subset):
        found |= dict.fromkeys([source] if source in config["pools"] else pools_of(config, source))
    return list(found)


def source_problems(config: dict) -> Iterator[str]:
    """Yield one line per name that could mean two things, and per subset that is taken from itself."""
    for name in config["subsets"]:
        if name in config["pools"]:
            yield at(("subsets", name), "a pool has this name too, and `from` could mean both; choose another")
    for name, settings in config["subsets"].items():
        reference = settings.get("reference")
        if reference in config["pools"] and reference in config["testsets"]:
            yield at(("subsets", name, "reference"), f"{reference!r} is a pool and a test set; rename one of them")
        for testset in settings.get("testsets", []) if reference else []:
            if reference in (testset, config["testsets"][testset].get("pool")):
                wrong = f"{reference!r} holds the images of the test set {testset}, so that nothing is nearer to them"
                yield at(("subsets", name, "reference"), f"{wrong}; name other images")
    for name in config["subsets"]:
        circle = _circle(config, name, [name])
        if circle:
            wrong = f"hangs on itself, by what it is taken from or compared by: {' on '.join(circle)}"
            yield at(("subsets", name), f"{wrong}; take one of them from a pool")


def _circle(config: dict, subset: str, path: list[str]) -> list[str] | None:
    """The way from the first of `path` back to it through `subset`, or None."""
    settings = config["subsets"][subset]
    others = [settings[key] for key in ("size_of", "frequency_of") if settings.get(key)]
    if embedder := settings.get("embedder"):
        others += [of["subset"] for of in [config["embedders"][embedder]] if of["source"] == "run"]
    for source in [*sources(config, subset), *others]:
        if source == path[0]:
            return [*path, source]
        if source in config["subsets"] and source not in path:
            found = _circle(config, source, [*path, source])
            if found:
                return found
    return None
