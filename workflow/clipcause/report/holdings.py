"""What files of `results/` hold, by their names: one that another version of the project left may lack some of it."""

CLAIM = (
    *("name", "statement", "paper", "measure", "testset", "readout", "attribute", "contrast", "cut", "expect"),
    *("margin", "estimate", "low", "high", "smallest_effect", "verdict", "reason", "command"),
)
STUDY = ("study", "title", "question", "paper", "arms", "claims")
RUN = ("recipe", "seed", "samples", "dropped", "samples_seen", "steps", "final_loss", "model_digest")
SPEED = ("seconds", "samples_per_second", "startup_seconds")
COUNT = (
    *("match", "lemmatizer", "captions", "null", "matched", "concepts", "occurring", "imbalance", "zipf"),
    *("precision", "recall"),
)
DETAILS = ("subset", "draw", "attributes", "truth", "true_duplicates", "likeness")
ESTIMATES = ("arm", "testset", "readout", "measure", "attribute", "seed", "value", "low", "high", "reason")


def lacking(record: object, keys: tuple[str, ...]) -> str | None:
    """What to say of a record, or a table's columns, without one of these keys; None if it has them all."""
    missing = next((key for key in keys if not isinstance(record, dict | list) or key not in record), None)
    return None if missing is None else f"lacks {missing}: another version of clipcause may have written it"
