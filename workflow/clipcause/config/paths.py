"""Files that a configuration names: those that nothing in the workflow makes must be there before any job starts.

Snakemake takes an existing output for a source file when its inputs cannot be made. A mistyped path would
then not stop a run that has results already, but be passed over in silence.
"""

from collections.abc import Iterator
from os.path import exists
from pathlib import Path

from clipcause.config.collecting import files
from clipcause.config.messages import nearest

# What the miniweb stage makes, below results/miniweb.
MINIWEB_POOLS = ("diverse", "photo")
MINIWEB_TESTSETS = {
    **dict.fromkeys(("photo", "sketch", "cartoon", "silhouette", "viewpoint", "clutter"), 24),
    **dict.fromkeys(("balanced", "natural", "reference", "neutral", "crossed", "retrieval"), 24),
    **dict.fromkeys(("colours", "colours_train"), 11),
    **dict.fromkeys(("places", "places_train"), 8),
    **dict.fromkeys(("further", "further_train"), 8),
}
"""Each with how many answers it asks to choose from; it has miniweb.test_images_per_class images of each."""
MINIWEB_VOCABULARIES = ("vocabulary", "open_world", "colours", "places")
MADE = (
    *(f"results/miniweb/pools/{pool}/{file}" for pool in MINIWEB_POOLS for file in ("metadata.parquet", "site.zip")),
    *(f"results/miniweb/testsets/{testset}" for testset in MINIWEB_TESTSETS),
    *(f"results/miniweb/{vocabulary}.csv" for vocabulary in MINIWEB_VOCABULARIES),
)
KEYS = (
    *(("pools", key) for key in ("metadata", "site", "images", "shards")),
    *(("testsets", "path"), ("vocabularies", "path"), ("vocabularies", "exclude"), ("subsets", "frequency")),
    *(("subsets", "module"), ("recipes", "module"), ("recipes", "pretrained"), ("embedders", "pretrained")),
    ("evaluators", "module"),
)
SHIPPED = ("open_clip:imagenet",)  # vocabularies that come with a package, not as a file


def unmade(where: str, path: str) -> str:
    """The line for a path below results/miniweb that the miniweb does not make."""
    right = nearest(path, MADE)
    return f"{where} is not made by the miniweb; " + (
        f"did you mean {right}?" if right else f"it makes {', '.join(MADE)}"
    )


def path_problems(config: dict) -> Iterator[str]:
    """A line for each path of a resolved configuration that neither exists nor is made by the workflow."""
    for where, path in _named_paths(config):
        if path is None or path in MADE or path in SHIPPED or "://" in path:
            continue
        if where.endswith(".pretrained") and "/" not in path:
            continue  # a tag, not a file
        if path.startswith("results/miniweb/"):
            yield unmade(f"{where}: {path!r}", path)
        elif not exists(files(path)[0] if where.endswith((".shards", ".metadata")) else path):
            yield f"{where}: {path!r} does not exist, seen from {Path.cwd()}; mend the path or bring the file"


def _named_paths(config: dict) -> Iterator[tuple[str, str | None]]:
    """The keys that hold paths, with their values."""
    for section, key in KEYS:
        for name, entry in config[section].items():
            values = entry.get(key)
            for path in values if isinstance(values, list) else [values]:
                yield f"{section}.{name}.{key}", path
    for name, recipe in config["recipes"].items():
        yield f"recipes.{name}.start.pretrained", recipe.get("start", {}).get("pretrained")
    for name, table in config["published"]["tables"].items():
        yield f"published.tables.{name}.path", table["path"]
