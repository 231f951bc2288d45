"""What rules ask of a resolved configuration about figures: the files beside a study's tables that they draw from."""

from clipcause.config.embedding import references
from clipcause.config.plan import runs, subsets_in
from clipcause.config.recipes import trained


def nearest_of_subsets(config: dict, study: str) -> dict[str, str]:
    """By subset that a study trains on or counts how near test images are to it; none without an embedder."""
    settings = config["studies"][study]
    if settings["embedder"] is None:
        return {}
    return {subset: f"results/subsets/{subset}/draw0/nearest.parquet" for subset in sorted(subsets_in(settings))}


def reference_files(config: dict, study: str) -> dict[str, str]:
    """By reference set of near-pruned subsets behind a study how near test images are to it."""
    embedder = config["studies"][study]["embedder"]
    return {
        collection.split("/")[1]: f"results/embeddings/{embedder}/{collection}/nearest.parquet"
        for collection in references(config, study)
    }


def detail_files(config: dict, study: str) -> dict[str, str]:
    """By arm what is said of its subset; none of models that others trained, nor in a study without attributes."""
    settings, known = config["studies"][study], trained(config)
    return {
        arm: f"results/subsets/{each['subset']}/draw0/details.json"
        for arm, each in settings["arms"].items()
        if settings["attributes"] and each["recipe"] in known
    }


def measure_files(config: dict, study: str) -> list[tuple[str, str]]:
    """The measures of every run of a study, each with its arm."""
    return [
        (run.arm, f"results/evaluations/{run.subset}/{run.recipe}/seed{run.seed}/measures.parquet")
        for run in runs(config, study)
    ]
