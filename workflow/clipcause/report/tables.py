"""The tables of the database: what each holds and what its columns mean, in SQL types and one sentence each."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Table:
    """A table: what one row is, and SQL type and meaning of each column."""

    comment: str
    columns: dict[str, tuple[str, str]]


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
    "subsets": Table(
        "One draw of a subset, from its data card.",
        {
            "subset": SUBSET,
            "draw": DRAW,
            "sources": ("VARCHAR[]", "Pools and subsets that it was taken from."),
            "method": ("VARCHAR", "Intervention that made it."),
            "samples": ("BIGINT", "Samples."),
            "images": ("BIGINT", "Different images."),
            "captions": ("BIGINT", "Samples with a caption."),
            "unlabelled": ("BIGINT", "Samples without a label."),
            "candidates": ("BIGINT", "Samples of the pool that it could choose from."),
            "imbalance": (
                "DOUBLE",
                "Samples of the most frequent class over those of the rarest; NULL without labels.",
            ),
            "head_share": ("DOUBLE", "Share of the labelled samples in the most frequent third of the classes."),
            "tail_share": ("DOUBLE", "Share of the labelled samples in the rarest third of the classes."),
            "digest": ("VARCHAR", "SHA-256 of the manifest."),
        },
    ),
    "subset_classes": Table(
        "How many samples of a class one draw of a subset holds.",
        {
            "subset": SUBSET,
            "draw": DRAW,
            "class": ("VARCHAR", "Label."),
            "samples": ("BIGINT", "Samples with this label."),
        },
    ),
    "subset_attributes": Table(
        "How an attribute is biased over one draw of a subset.",
        {
            "subset": SUBSET,
            "draw": DRAW,
            "attribute": ("VARCHAR", "Attribute, as the configuration names it."),
            "share": ("DOUBLE", "Share of the samples that have it, by weight."),
            "target": ("DOUBLE", "Share that should have it."),
            "representation_bias": ("DOUBLE", "How far the share lies from the target."),
            "association_max": ("DOUBLE", "Largest association bias over the labels; NULL without labels."),
            "association_mean": ("DOUBLE", "Mean association bias over the labels; NULL without labels."),
        },
    ),
    "subset_likeness": Table(
        "How the images of a test set resemble those of one draw of a subset.",
        {
            "subset": SUBSET,
            "draw": DRAW,
            "testset": TESTSET,
            "nearest_5": ("DOUBLE", "5 % quantile, over test images, of the cosine to the nearest sample."),
            "nearest_25": ("DOUBLE", "25 % quantile."),
            "nearest_50": ("DOUBLE", "Median."),
            "nearest_75": ("DOUBLE", "75 % quantile."),
            "nearest_95": ("DOUBLE", "95 % quantile."),
            "exact": ("BIGINT", "Samples that equal a test image, as the model sees them."),
            "near": ("BIGINT", "Further samples that are near duplicates of a test image."),
        },
    ),
    "nearest": Table(
        "For each test image the cosine to the nearest sample of one draw of a subset.",
        {
            "subset": SUBSET,
            "draw": DRAW,
            "testset": TESTSET,
            "testset_uid": ("VARCHAR", "Test image."),
            "similarity": ("DOUBLE", "Cosine to the nearest sample."),
        },
    ),
    "reference_nearest": Table(
        "For each test image the cosine to the nearest image of a reference set, which near-pruning measures against.",
        {
            "embedder": ("VARCHAR", "Embedder, as the configuration names it."),
            "reference": ("VARCHAR", "Pool or test set that is the reference set."),
            "testset": TESTSET,
            "testset_uid": ("VARCHAR", "Test image."),
            "similarity": ("DOUBLE", "Cosine to the nearest image of the reference set."),
        },
    ),
    "subset_truth": Table(
        "What one draw of a subset kept of a kind of image, by a truth that training does not read.",
        {
            "subset": SUBSET,
            "draw": DRAW,
            "truth": ("VARCHAR", "Column of the truth, such as style."),
            "kind": ("VARCHAR", "One of its values."),
            "of": ("BIGINT", "Such images in the pools behind it."),
            "kept": ("BIGINT", "Those that the subset holds."),
            "association_before": ("DOUBLE", "Largest association bias of the kind with a label in the pools."),
            "association": ("DOUBLE", "The same in the subset."),
        },
    ),
    "pools": Table(
        "One pool, from its data card.",
        {
            "pool": ("VARCHAR", "Pool."),
            "rows": ("BIGINT", "Rows of its metadata, each a sample that was asked for."),
            "images": ("BIGINT", "Rows that yielded an image."),
            "captions": ("BIGINT", "Of these, with a caption."),
            "labels": ("BIGINT", "Different labels."),
            "held_out": ("BIGINT", "Images kept from all subsets, for a test set of the pool's own."),
        },
    ),
    "pool_failures": Table(
        "How many rows of a pool yielded no image for one class of reasons.",
        {
            "pool": ("VARCHAR", "Pool."),
            "error_class": ("VARCHAR", "Reason, such as http_404 or not_an_image."),
            "rows": ("BIGINT", "Rows that failed for it."),
        },
    ),
    "counts": Table(
        "One count of a vocabulary's concepts in the captions of a pool or subset.",
        {
            "vocabulary": VOCABULARY,
            "counted": COUNTED,
            "match": ("VARCHAR", "Match rule: lemma, phrase, phrase-cased or substring."),
            "lemmatizer": ("VARCHAR", "Lemmatiser of the rule lemma; NULL for other rules."),
            "captions": ("BIGINT", "Captions, NULL ones included."),
            "null": ("BIGINT", "Captions that are NULL."),
            "matched": ("BIGINT", "Captions that mention a concept."),
            "concepts": ("BIGINT", "Concepts of the vocabulary."),
            "occurring": ("BIGINT", "Concepts that some caption mentions."),
            "imbalance": ("DOUBLE", "Captions of the most frequent concept over those of the rarest that occurs."),
            "zipf_exponent": ("DOUBLE", "Exponent of the fitted power law of frequency by rank."),
            "zipf_low": LOW,
            "zipf_high": HIGH,
            "precision": ("DOUBLE", "Share of the matches whose sample has the concept as its label; NULL without."),
            "recall": ("DOUBLE", "Share of the labelled samples whose caption mentions the label; NULL without."),
        },
    ),
    "frequencies": Table(
        "How often the captions of a pool or subset mention one concept.",
        {
            "vocabulary": VOCABULARY,
            "counted": COUNTED,
            "concept": ("VARCHAR", "Concept."),
            "name": ("VARCHAR", "Its name for people."),
            "captions": ("BIGINT", "Captions that mention it."),
            "share": ("DOUBLE", "Share of all captions."),
            "with_others": ("BIGINT", "Of its captions, those that mention a further concept."),
            "labelled": ("BIGINT", "Samples with it as their label; NULL where samples have none."),
            "agreeing": ("BIGINT", "Of these, those whose caption mentions it."),
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
    "arms": Table(
        "One arm of a study: joins its estimates to runs, subsets and measures.",
        {
            "study": STUDY,
            "arm": ("VARCHAR", "Arm, as the study names it."),
            "subset": SUBSET,
            "recipe": RECIPE,
        },
    ),
    "public_robustness": Table(
        "Accuracy of one public model on a shift of ImageNet, beyond what its accuracy on ImageNet lets expect.",
        {
            "model": ("VARCHAR", "Architecture, by its public name; of a baseline with its weights."),
            "pretraining": ("VARCHAR", "Weights of a CLIP model, as open_clip names them; NULL for a baseline."),
            "pool": ("VARCHAR", "Pool that a CLIP model was trained on; NULL for a baseline."),
            "maker": ("VARCHAR", "Who made that pool, or what it was filtered from."),
            "testset": ("VARCHAR", "Shift of ImageNet."),
            "reference": ("VARCHAR", "Test set in distribution."),
            "baseline": ("BOOLEAN", "Whether it was trained on ImageNet alone, so that the line is fitted to it."),
            "classes": ("INTEGER", "Classes of the shift; accuracy on the reference is over all 1,000."),
            "id_accuracy": ("DOUBLE", "Accuracy on the reference, (k + 0.5) / (n + 1)."),
            "shift_accuracy": ("DOUBLE", "Accuracy on the shift, (k + 0.5) / (n + 1)."),
            "expected": ("DOUBLE", "Accuracy on the shift that the line gives."),
            "effective_robustness": ("DOUBLE", "Accuracy on the shift less what is expected, in points."),
            "low": LOW,
            "high": (HIGH[0], "Upper end; the interval covers what the fit leaves open, not the test samples."),
            "baseline_low": ("DOUBLE", "Lower end of where one more baseline would lie, with a confidence of 95 %."),
            "baseline_high": ("DOUBLE", "Upper end of that."),
            "extrapolates": ("BOOLEAN", "Whether no baseline is so accurate, or so inaccurate, on the reference."),
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
            "claim": ("VARCHAR", "Claim, as the configuration names it."),
            "paper": ("VARCHAR", "Paper that it comes from; NULL for a claim of one's own."),
            "statement": ("VARCHAR", "What is claimed."),
            "measure": ("VARCHAR", "corr_acc or effective_robustness."),
            "testset": TESTSET,
            "matching": ("VARCHAR", "How captions were searched for classes; NULL for effective robustness."),
            "contrast": (
                "MAP(VARCHAR, DOUBLE)",
                "Weight of each pool; the estimate is the weighted sum of their means.",
            ),
            "expect": ("VARCHAR", "above (the margin) or about_zero (within the margin on both sides)."),
            "margin": ("DOUBLE", "Smallest effect that counts."),
            "estimate": ("DOUBLE", "Value of the contrast."),
            "low": LOW,
            "high": HIGH,
            "standard_error": ("DOUBLE", "Of the estimate."),
            "smallest_effect": (
                "DOUBLE",
                "Smallest effect that the comparison could have shown, with a power of 80 %.",
            ),
            "models": ("INTEGER", "Models of the pool that has fewest."),
            "verdict": ("VARCHAR", "supported, not supported or inconclusive."),
            "reason": ("VARCHAR", "Why there is no estimate, where there is none."),
        },
    ),
    "estimates": Table(
        "One measure of one arm of a study on one test set, with its interval.",
        {
            "study": STUDY,
            "arm": ("VARCHAR", "Arm: a subset with a recipe, as the study names it."),
            "testset": TESTSET,
            "readout": OR_FEATURES,
            "measure": MEASURE,
            "attribute": ATTRIBUTE,
            "seed": ("INTEGER", "Training seed; NULL for the mean over seeds."),
            "value": ("DOUBLE", "Its value; class frequencies are those that the study compares with."),
            "low": LOW,
            "high": (
                "DOUBLE",
                "Upper end; one seed's interval covers the test samples, the mean's the seeds too; NULL without.",
            ),
            "standard_error": ("DOUBLE", "Of the mean over seeds."),
            "seeds": ("INTEGER", "Seeds that the value rests on."),
            "reason": REASON,
        },
    ),
    "classes": Table(
        "One class of a test set under one arm of a study: means over seeds with their intervals.",
        {
            "study": STUDY,
            "arm": ("VARCHAR", "Arm of the study."),
            "testset": TESTSET,
            "vocabulary": ("VARCHAR", "Vocabulary that the test set asks by."),
            "readout": READOUT,
            "concept": ("VARCHAR", "Class."),
            "captions": ("DOUBLE", "Captions that mention it, in the subset that the study takes frequencies from."),
            "accuracy": ("DOUBLE", "Share of its test samples predicted right."),
            "accuracy_low": LOW,
            "accuracy_high": HIGH,
            "predictions": ("DOUBLE", "Predictions of it, as if every class had equally many test samples."),
            "predictions_low": LOW,
            "predictions_high": HIGH,
        },
    ),
    "robustness": Table(
        "Accuracy of one arm of a study on a shift, beyond what its accuracy in distribution lets expect.",
        {
            "study": STUDY,
            "arm": ("VARCHAR", "Arm of the study."),
            "testset": ("VARCHAR", "Test set that is a shift of the reference."),
            "reference": ("VARCHAR", "Test set in distribution."),
            "readout": READOUT,
            "seed": ("INTEGER", "Training seed; NULL for the mean over seeds."),
            "baseline": ("BOOLEAN", "Whether the line is fitted to it."),
            "classes": ("INTEGER", "Classes that both test sets have; accuracies are over these."),
            "id_accuracy": ("DOUBLE", "Accuracy on the reference, (k + 0.5) / (n + 1)."),
            "id_low": LOW,
            "id_high": HIGH,
            "shift_accuracy": ("DOUBLE", "Accuracy on the shift, (k + 0.5) / (n + 1)."),
            "shift_low": LOW,
            "shift_high": HIGH,
            "expected": ("DOUBLE", "Accuracy on the shift that the line gives."),
            "effective_robustness": ("DOUBLE", "Accuracy on the shift less what is expected, in points."),
            "low": LOW,
            "high": (
                "DOUBLE",
                "Upper end; one seed's interval covers the test samples, the mean's also the seeds and the fit.",
            ),
            "extrapolates": ("BOOLEAN", "Whether no baseline is so accurate, or so inaccurate, on the reference."),
            **LINE,
        },
    ),
    "nearness": Table(
        "Accuracy of one arm of a study on the test samples whose similarity to its subset lies in one bin.",
        {
            "study": STUDY,
            "arm": ("VARCHAR", "Arm of the study."),
            "testset": TESTSET,
            "readout": READOUT,
            "draw": ("INTEGER", "Draw of the arm's subset that all its seeds are set against."),
            "lowest": ("DOUBLE", "Least cosine to the nearest sample in the bin; bins are quantiles over all arms."),
            "highest": ("DOUBLE", "Upper end of the bin."),
            "samples": ("DOUBLE", "Test samples in it, mean over seeds."),
            "similarity": ("DOUBLE", "Their mean cosine to the nearest sample."),
            "accuracy": ("DOUBLE", "Share of them predicted right, mean over seeds; NULL where a seed has none."),
            "low": LOW,
            "high": HIGH,
            "seeds": ("INTEGER", "Seeds that the accuracy rests on."),
        },
    ),
    "effects": Table(
        "One contrast of a study's effects on one test set, or in the mean over the test sets.",
        {
            "study": STUDY,
            "effects": ("VARCHAR", "Group of effects, as the configuration names it."),
            "contrast": ("VARCHAR", "Contrast of arms, as the configuration names it."),
            "testset": (TESTSET[0], TESTSET[1] + " NULL for the mean over all of the group."),
            "readout": OR_FEATURES,
            "measure": MEASURE,
            "attribute": ATTRIBUTE,
            "value": ("DOUBLE", "Weighted sum of the arms' measures; NULL where an arm has none."),
            "low": LOW,
            "high": HIGH,
            "standard_error": ("DOUBLE", "Of the value."),
            "seeds": ("INTEGER", "Seeds that it rests on."),
            "reason": REASON,
        },
    ),
    "claims": Table(
        "One claim with its verdict.",
        {
            "study": STUDY,
            "claim": ("VARCHAR", "Claim, as the configuration names it."),
            "paper": ("VARCHAR", "Paper that it comes from; NULL for a claim of one's own."),
            "statement": ("VARCHAR", "What is claimed."),
            "measure": (MEASURE[0], MEASURE[1] + " NULL for a claim on relative cuts."),
            "testset": (TESTSET[0], "Test set; of several, over which the mean is taken, all names with commas."),
            "readout": OR_FEATURES,
            "attribute": ATTRIBUTE,
            "contrast": (
                "MAP(VARCHAR, DOUBLE)",
                "Weight of each arm, or ARM@READOUT; the estimate is the weighted sum of their measures.",
            ),
            "cut": (
                'STRUCT("of" VARCHAR, than VARCHAR, before VARCHAR, "after" VARCHAR)',
                "In place of measure and contrast: the estimate is cut(of) - cut(than), a cut being 1 - after/before.",
            ),
            "expect": (
                "VARCHAR",
                "above (the margin), at_least (above minus the margin) or about_zero (within both).",
            ),
            "margin": ("DOUBLE", "Smallest effect that counts, set before the first run."),
            "estimate": ("DOUBLE", "Our value of the contrast."),
            "low": LOW,
            "high": HIGH,
            "standard_error": ("DOUBLE", "Of the estimate."),
            "smallest_effect": (
                "DOUBLE",
                "Smallest effect that the comparison could have shown, with a power of 80 %.",
            ),
            "seeds": ("INTEGER", "Seeds that the estimate rests on."),
            "verdict": ("VARCHAR", "supported, not supported or inconclusive; not run or not asked."),
            "reason": ("VARCHAR", "Why there is no estimate, where there is none."),
            "command": ("VARCHAR", "What runs the claim, where it was not run."),
        },
    ),
}
