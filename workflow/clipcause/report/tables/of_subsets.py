"""Tables of subsets: how many samples of what, and how they resemble test sets."""

from clipcause.report.tables.columns import DRAW, SUBSET, TESTSET
from clipcause.report.tables.table import Table

TABLES = {
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
}
