"""Digests of what a workflow computed: the files that two honest runs must agree on to the last byte."""

from glob import glob
from pathlib import Path

from clipcause.files.outputs import file_digest

PATTERNS = (
    "miniweb/**/*.*",
    "pools/*/samples.parquet",
    "pools/*/card.json",
    "pools/*/shards/**/*.tar",
    "testsets/*/*",
    "concepts/**/*.*",
    "embeddings/**/*.*",
    "subsets/*/*/*",
    "runs/*/*/*/run.json",  # holds the digests of the weights and of the order
    "runs/*/*/*/model.safetensors",
    "evaluations/*/*/*/*",
    "studies/*/*.parquet",
    "studies/*/claims.json",
    "studies/*/figures/*.csv",
)


def result_digests(folder: Path) -> dict[str, str]:
    """Path within results/ -> SHA-256, of every result that a seed fixes; links into a shared cache are followed."""
    results = folder / "results"
    paths = sorted(path for pattern in PATTERNS for path in glob(pattern, root_dir=results, recursive=True))
    return {path: file_digest(results / path) for path in paths if (results / path).is_file()}
