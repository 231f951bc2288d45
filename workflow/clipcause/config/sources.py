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


def lineage(config: dict, subset: str) -> set[str]:
    """A subset and all subsets that it is taken from, through whichever others."""
    above = [source for source in sources(config, subset) if source in config["subsets"]]
    return {subset}.union(*(lineage(config, each) for each in above))


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
    for section in ("subsets", "recipes"):
        for name in config[section]:
            if circle := _circle(config, (section, name), [(section, name)]):
                shown = " on ".join(each if kind == section else f"{kind[:-1]} {each}" for kind, each in circle)
                remedy = {"subsets": "take one of them from a pool", "recipes": "start one of them from nothing"}[
                    section
                ]
                how = {"subsets": "taken from or compared by", "recipes": "started from or begun with"}[section]
                yield at((section, name), f"hangs on itself, by what it is {how}: {shown}; {remedy}")


Node = tuple[str, str]  # a section, and a name in it


def _circle(config: dict, node: Node, path: list[Node]) -> list[Node] | None:
    """The way from the first of `path` back to it through `node`, or None."""
    for other in _hangs_on(config, *node):
        if other == path[0]:
            return [*path, other]
        if other not in path and (found := _circle(config, other, [*path, other])):
            return found
    return None


def _hangs_on(config: dict, section: str, name: str) -> list[Node]:
    """The subsets and recipes that must have been carried out before this one."""
    settings = config[section][name]
    if section == "recipes":
        start = settings.get("start", {})
        runs = [start] if start.get("source") == "run" else []
        subsets = list(filter(None, [settings.get("first_subset")]))
    else:
        embedder = config["embedders"].get(settings.get("embedder"), {})
        runs = [embedder] if embedder.get("source") == "run" else []
        named = [*sources(config, name), *(settings.get(key) for key in ("size_of", "frequency_of"))]
        subsets = [each for each in named if each in config["subsets"]]
    subsets += [run["subset"] for run in runs]
    return [*(("subsets", each) for each in subsets), *(("recipes", run["recipe"]) for run in runs)]
