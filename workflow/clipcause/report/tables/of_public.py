"""Tables of the models that others published."""

from clipcause.report.tables.columns import (
    BEYOND_THE_LINE,
    ESTIMATED,
    EXTRAPOLATES,
    HIGH,
    ID_ACCURACY,
    LINE,
    LOW,
    NO_ESTIMATE,
    REFERENCE,
    SHIFT_ACCURACY,
    STATED,
    TESTSET,
)
from clipcause.report.tables.table import Table

TABLES = {
    "public_robustness": Table(
        "Accuracy of one public model on a shift of ImageNet, beyond what its accuracy on ImageNet lets expect.",
        {
            "model": ("VARCHAR", "Architecture, by its public name; of a baseline with its weights."),
            "pretraining": ("VARCHAR", "Weights of a CLIP model, as open_clip names them; NULL for a baseline."),
            "pool": ("VARCHAR", "Pool that a CLIP model was trained on; NULL for a baseline."),
            "maker": ("VARCHAR", "Who made that pool, or what it was filtered from."),
            "testset": ("VARCHAR", "Shift of ImageNet."),
            "reference": REFERENCE,
            "baseline": ("BOOLEAN", "Whether it was trained on ImageNet alone, so that the line is fitted to it."),
            "classes": ("INTEGER", "Classes of the shift; accuracy on the reference is over all 1,000."),
            "id_accuracy": ID_ACCURACY,
            "shift_accuracy": SHIFT_ACCURACY,
            **BEYOND_THE_LINE,
            "low": LOW,
            "high": (HIGH[0], "Upper end; the interval covers what the fit leaves open, not the test samples."),
            "baseline_low": ("DOUBLE", "Lower end of where one more baseline would lie, with a confidence of 95 %."),
            "baseline_high": ("DOUBLE", "Upper end of that."),
            "extrapolates": EXTRAPOLATES,
            **LINE,
        },
    ),
    "public_correlations": Table(
        "How far the accuracy of one public model follows class frequency in the pool that it was trained on.",
        {
            "model": ("VARCHAR", "Architecture, by its public name."),
            "pretraining": ("VARCHAR", "Pool that it was trained on."),
            "matching": ("VARCHAR", "How captions were searched for the class: lemmatized or lowercased."),
            "classes": ("INTEGER", "Classes that the correlation is over."),
            "corr_acc": ("DOUBLE", "Spearman's correlation of captions that mention a class with accuracy on it."),
            "low": LOW,
            "high": HIGH,
        },
    ),
    "public_claims": Table(
        "One claim about the pools that public models were trained on, with its verdict.",
        {
            **STATED,
            "measure": ("VARCHAR", "corr_acc or effective_robustness."),
            "testset": TESTSET,
            "matching": ("VARCHAR", "How captions were searched for classes; NULL for effective robustness."),
            "contrast": (
                "MAP(VARCHAR, DOUBLE)",
                "Weight of each pool; the estimate is the weighted sum of their means.",
            ),
            "expect": ("VARCHAR", "above (the margin) or about_zero (within the margin on both sides)."),
            "margin": ("DOUBLE", "Smallest effect that counts."),
            **ESTIMATED,
            "models": ("INTEGER", "Models of the pool that has fewest."),
            "verdict": ("VARCHAR", "supported, not supported or inconclusive."),
            "reason": NO_ESTIMATE,
        },
    ),
}
