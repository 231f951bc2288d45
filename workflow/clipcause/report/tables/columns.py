"""Columns that stand in several tables, with their SQL type and meaning."""

SUBSET = ("VARCHAR", "Subset of the pool that was trained on.")
RECIPE = ("VARCHAR", "How it was trained.")
SEED = ("INTEGER", "Training seed.")
VOCABULARY = ("VARCHAR", "Vocabulary, as the configuration names it.")
COUNTED = ("VARCHAR", "Whose captions: pools/POOL or subsets/SUBSET/DRAW.")
STUDY = ("VARCHAR", "Study, as the configuration names it.")
TESTSET = ("VARCHAR", "Test set.")
READOUT = ("VARCHAR", "How the answer is read out of the model: own, a set of prompts, a head or a probe.")
OR_FEATURES = (READOUT[0], READOUT[1] + " NULL for a measure of the features.")
MEASURE = ("VARCHAR", "Measure, such as accuracy or corr_pred.")
ATTRIBUTE = ("VARCHAR", "Attribute that the measure is about, such as gold; NULL for a measure that is about none.")
DRAW = ("INTEGER", "Number of the draw; a subset with chance in it is drawn anew for every seed.")
LOW = ("DOUBLE", "Lower end of the 95 % interval.")
HIGH = ("DOUBLE", "Upper end of the 95 % interval.")
REASON = ("VARCHAR", "Why the value is NULL, where it is.")
ARM = ("VARCHAR", "Arm, a subset with a recipe, as the study names it.")
REFERENCE = ("VARCHAR", "Test set in distribution.")
ID_ACCURACY = ("DOUBLE", "Accuracy on the reference, (k + 0.5) / (n + 1).")
SHIFT_ACCURACY = ("DOUBLE", "Accuracy on the shift, (k + 0.5) / (n + 1).")
EXTRAPOLATES = ("BOOLEAN", "Whether no baseline is so accurate, or so inaccurate, on the reference.")
NO_ESTIMATE = ("VARCHAR", "Why there is no estimate, where there is none.")
BEYOND_THE_LINE = {
    "expected": ("DOUBLE", "Accuracy on the shift that the line gives."),
    "effective_robustness": ("DOUBLE", "Accuracy on the shift less what is expected, in points."),
}
LINE = {
    "baselines": ("INTEGER", "Models that the line is fitted to; below six its interval hangs on chance."),
    "slope": ("DOUBLE", "Of the line, on logits of both accuracies."),
    "intercept": ("DOUBLE", "Of the line."),
    "r_squared": ("DOUBLE", "Share of the variance among baselines that the line explains."),
    "residual_variance": ("DOUBLE", "Of the baselines about the line, on the logit scale."),
    "id_logit_mean": ("DOUBLE", "Mean of the baselines' logits on the reference."),
    "id_logit_squares": ("DOUBLE", "Sum of their squared deviations from it."),
    "id_logit_lowest": ("DOUBLE", "Least of these logits."),
    "id_logit_highest": ("DOUBLE", "Largest of these logits."),
}
STATED = {
    "claim": ("VARCHAR", "Claim, as the configuration names it."),
    "paper": ("VARCHAR", "Paper that it comes from; NULL for a claim of one's own."),
    "statement": ("VARCHAR", "What is claimed."),
}
ESTIMATED = {
    "estimate": ("DOUBLE", "Value of the contrast."),
    "low": LOW,
    "high": HIGH,
    "standard_error": ("DOUBLE", "Of the estimate."),
    "smallest_effect": ("DOUBLE", "Smallest effect that the comparison could have shown, with a power of 80 %."),
}
