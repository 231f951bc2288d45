"""The measures of one value that evaluation has, by what they need; a test holds them equal to the evaluators'."""

from clipcause.questions import EFFECTIVE_ROBUSTNESS

OF_ANSWERS = (
    *("accuracy", "top5_accuracy", "corr_acc", "corr_pred"),
    *("accuracy_head", "accuracy_medium", "accuracy_tail", "accuracy_unseen"),
)
"""Measures that hang on a readout."""

OF_GROUPS = ("gap", "relative_gap")
"""Measures that hang on a readout and on an attribute."""

OF_ATTRIBUTES = ("rb", "preferred_share", "ab_mean", "ab_max")
"""Measures that hang on an attribute, and ask in words."""

OF_RETRIEVAL = (
    "recall_text_1",
    "recall_text_5",
    "recall_text_10",
    "recall_image_1",
    "recall_image_5",
    "recall_image_10",
)
"""Measures of captions, which ask in words."""

OF_FEATURES = ("nc1", "nc2", "nc2_nearest", "nc2_classifier", "nc2_nearest_classifier")
"""Measures of features alone."""

OF_SHIFTS = (EFFECTIVE_ROBUSTNESS,)
"""Measures of a reference and a shift together, which hang on a readout."""

MEASURES = (*OF_ANSWERS, *OF_RETRIEVAL, *OF_ATTRIBUTES, *OF_GROUPS, *OF_FEATURES, *OF_SHIFTS)
EVALUATORS = ("classification", "retrieval", "association", "groups", "collapse")


def by_readout(measure: str) -> bool:
    """Whether a measure of ours hangs on a readout."""
    return measure in (*OF_ANSWERS, *OF_GROUPS, *OF_SHIFTS)


def by_attribute(measure: str) -> bool:
    """Whether a measure of ours hangs on an attribute."""
    return measure in OF_ATTRIBUTES or measure in OF_GROUPS


def in_words(measure: str) -> bool:
    """Whether a measure of ours needs a model that can be asked in words."""
    return measure in OF_ATTRIBUTES or measure in OF_RETRIEVAL
