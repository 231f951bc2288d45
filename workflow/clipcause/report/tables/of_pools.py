"""Tables of pools, and of the concepts that captions mention."""

from clipcause.report.tables.columns import COUNTED, HIGH, LOW, VOCABULARY
from clipcause.report.tables.table import Table

TABLES = {
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
}
