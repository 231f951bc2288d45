"""Tables of trained models, and of what they answer on test sets."""

from clipcause.report.tables.columns import (
    ATTRIBUTE,
    MEASURE,
    OR_FEATURES,
    READOUT,
    REASON,
    RECIPE,
    SEED,
    SUBSET,
    TESTSET,
)
from clipcause.report.tables.table import Table

TABLES = {
    "runs": Table(
        "One trained model: a subset, a recipe, a seed.",
        {
            "subset": SUBSET,
            "recipe": RECIPE,
            "seed": SEED,
            "objective": ("VARCHAR", "What was optimised."),
            "model": ("VARCHAR", "Model, as the configuration names it."),
            "samples": ("BIGINT", "Samples of the subset that were trained on."),
            "dropped": ("BIGINT", "Samples left out because their image is unreadable."),
            "samples_seen": ("BIGINT", "Length of the training, repeats counted."),
            "steps": ("BIGINT", "Batches."),
            "final_loss": ("DOUBLE", "Training loss at the end, in the objective's own unit."),
            "samples_per_second": ("DOUBLE", "Speed of the training, start-up left out; it differs between repeats."),
            "seconds": ("DOUBLE", "Wall time of the training, start-up left out; it differs between repeats."),
            "startup_seconds": (
                "DOUBLE",
                "From the start of the process, or the end of the run before, to the first step.",
            ),
            "share_outside_passes": ("DOUBLE", "Share of that time outside forward and backward; NULL on a GPU."),
            "manifest_digest": ("VARCHAR", "SHA-256 of the manifest."),
            "order_digest": ("VARCHAR", "Digest of which sample was seen when."),
            "model_digest": ("VARCHAR", "SHA-256 of the weights."),
        },
    ),
    "measures": Table(
        "One measure of one run on one test set, or of one class there.",
        {
            "subset": SUBSET,
            "recipe": RECIPE,
            "seed": SEED,
            "testset": TESTSET,
            "readout": OR_FEATURES,
            "measure": MEASURE,
            "attribute": ATTRIBUTE,
            "concept": ("VARCHAR", "Class, or value that a group shows; NULL for a measure of all."),
            "value": ("DOUBLE", "Its value; class frequencies are those of the run's own subset."),
            "reason": REASON,
        },
    ),
    "confusion": Table(
        "How often one run takes one class of a test set for another, or for itself.",
        {
            "subset": SUBSET,
            "recipe": RECIPE,
            "seed": SEED,
            "testset": TESTSET,
            "readout": READOUT,
            "label": ("VARCHAR", "The right class."),
            "prediction": ("VARCHAR", "The class that is predicted."),
            "count": ("DOUBLE", "Test samples; of a few-shot probe the mean over its draws."),
        },
    ),
}
