"""The stages that faults are tried on: how their jobs are known, which rules make them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A stage of the workflow in the tests' configuration.

    commands   what its jobs run, `MODULE COMMAND`, in their order, each with how many files it writes
    rules      their rules, as `--forcerun` takes them
    last       those of them that nothing else here hangs on, as `--until` takes them; None: the whole workflow
    results    globs within results/: all that its jobs make, and what they keep to go on
    """

    commands: dict[str, int]
    rules: tuple[str, ...]
    results: tuple[str, ...]
    last: tuple[str, ...] | None = ()

    @property
    def until(self) -> tuple[str, ...]:
        """Arguments that make Snakemake end with this stage; of rules that hang on each other only the last."""
        return () if self.last is None else ("--until", *(self.last or self.rules))


STAGES = {
    "download": Stage({"pools download": 4}, ("download_chunk",), ("pools/diverse/chunks/*", "pools/diverse/shards/*")),
    "index": Stage(
        {"testsets folder": 2, "pools index": 2},
        ("index_testset_folder", "index_pool"),
        ("testsets/*/*", "pools/*/*.*"),
    ),
    "subset": Stage({"subsets build": 2}, ("build_subset",), ("subsets/*/*/manifest.parquet", "subsets/*/*/card.json")),
    "count": Stage({"concepts count": 3}, ("count_concepts",), ("concepts/*/pools/*/*", "concepts/*/subsets/*/*/*")),
    "train": Stage({"training train": 30}, ("train_seeds_0_to_1",), ("runs/*/*/*/*", "state/training/*")),
    "embed": Stage(
        {"embeddings embed": 3, "subsets describe": 2},
        ("embed_images", "embed_testsets_by_own", "describe_subset"),
        ("embeddings/*/*/*/images/*", "state/embeddings/*", "subsets/*/*/details.json", "subsets/*/*/nearest.parquet"),
        last=("describe_subset",),
    ),
    "evaluate": Stage(
        {"evaluation encode": 2, "evaluation evaluate": 6},
        ("encode_seeds_0_to_1", "evaluate_seeds_0_to_1"),
        ("evaluations/*/*/*/*",),
        last=("evaluate_seeds_0_to_1",),
    ),
    "report": Stage(
        {"studies compare": 6, "studies figures": 2, "report database": 2, "report page": 1},
        ("compare_arms", "draw_figures", "build_database", "build_page"),
        (
            "studies/*/*.parquet",
            "studies/*/claims.json",
            "studies/*/figures",
            "report.html",
            "results.duckdb",
            "tables",
        ),
        last=None,
    ),
}
