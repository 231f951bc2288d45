"""Recall of captions by images and of images by captions, on retrieval test sets."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from clipcause.evaluation.evaluators.evaluator import Evaluator, Subject
from clipcause.evaluation.evidence import Evidence, EvidenceMeasure, Quantities
from clipcause.evaluation.features import unit
from clipcause.evaluation.retrieval import Ranks, image_retrieval_recall, ranks, text_retrieval_recall

KS = (1, 5, 10)


def recall_text(k: int, evidence: Quantities, weights: np.ndarray | None) -> np.ndarray:
    """Share of images that find one of their captions among the first k, [R]."""
    return text_retrieval_recall(_ranks(evidence), k, weights)


def recall_image(k: int, evidence: Quantities, weights: np.ndarray | None) -> np.ndarray:
    """Share of captions that find their image among the first k, [R]; a caption weighs what its image weighs."""
    return image_retrieval_recall(_ranks(evidence), k, weights)


class Retrieval(Evaluator):
    """Recall @1, 5 and 10 both ways.

    Evidence: image_rank [n] and caption_rank [m], from 1, and caption_image [m], the image of each caption.
    """

    measures = (
        *(
            EvidenceMeasure(f"recall_text_{k}", f"Text retrieval, recall @{k}", 0, 1, partial(recall_text, k))
            for k in KS
        ),
        *(
            EvidenceMeasure(f"recall_image_{k}", f"Image retrieval, recall @{k}", 0, 1, partial(recall_image, k))
            for k in KS
        ),
    )

    def evidence(self, subject: Subject) -> Iterator[Evidence]:
        """See Evaluator."""
        if subject.testset.classifies:
            return
        captions = subject.features.captions
        if captions is None:
            yield Evidence(reason=subject.model.wordless)
            return
        found = ranks(subject.features.unit_images, unit(captions), subject.features.caption_images)
        yield Evidence({"image_rank": found.image, "caption_rank": found.caption, "caption_image": found.image_of})


def _ranks(evidence: Quantities) -> Ranks:
    return Ranks(evidence["image_rank"], evidence["caption_rank"], evidence["caption_image"])
