"""Digests of what a workflow computed: the files that two honest runs must agree on to the last byte."""

from pathlib import Path

from clipcause.outputs import file_digest

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
    """Path within results/ -> SHA-256, of every result that a seed fixes."""
    results = folder / "results"
    files = sorted(file for pattern in PATTERNS for file in results.glob(pattern) if _holds_results(file))
    return {str(file.relative_to(results)): file_digest(file) for file in files}


def _holds_results(file: Path) -> bool:
    return file.is_file() and file.name != ".snakemake_timestamp"
