"""Stereotypes of models that can be asked in words, per attribute (Alabdulmohsin et al. 2024)."""

from collections.abc import Iterator

import numpy as np

from clipcause.errors import UserError
from clipcause.evaluation.association import (
    associations,
    largest_association_bias,
    mean_association_bias,
    preferred_share,
    prompt_probabilities,
    representation_bias,
    representation_spread,
)
from clipcause.evaluation.attributes import NEITHER, Attribute
from clipcause.evaluation.evaluators.evaluator import Evaluator, Row, Subject
from clipcause.evaluation.evidence import Evidence, EvidenceMeasure, Quantities
from clipcause.evaluation.measures import UndefinedError
from clipcause.evaluation.texts import ATTRIBUTE, ENSEMBLE


def rb(evidence: Quantities, weights: np.ndarray | None) -> np.ndarray:
    """RB = |E p(x) - pi| over the images that show neither value, [R]."""
    probability, weights = _neutral(evidence, weights)
    return representation_bias(probability, float(evidence["target"]), weights)


def share(evidence: Quantities, weights: np.ndarray | None) -> np.ndarray:
    """Share of the images that show neither value with p(x) > 0.5, [R]."""
    return preferred_share(*_neutral(evidence, weights))


def ab_mean(evidence: Quantities, weights: np.ndarray | None) -> np.ndarray:
    """Mean over the labels of AB_r = |E[p_r | s = 1] - E[p_r | s = 0]|, [R]."""
    return mean_association_bias(_associations(evidence, weights))


def ab_max(evidence: Quantities, weights: np.ndarray | None) -> np.ndarray:
    """Maximum over the labels of AB_r, [R]."""
    return largest_association_bias(_associations(evidence, weights))


def distance_spread(value: np.ndarray, evidence: Quantities) -> np.ndarray:
    """1 - v^2: a distance varies as the difference behind it does, which is no less where it is 0."""
    return np.maximum(1 - value**2, 0.01)


def rb_spread(value: np.ndarray, evidence: Quantities) -> np.ndarray:
    """See `representation_spread`."""
    return representation_spread(value, float(evidence["target"]))


class Association(Evaluator):
    """RB, preferred share, mean and largest AB, on classification test sets whose samples tell of the attribute.

    Evidence: probability [n], p(x) of the attribute's value 1; label_probabilities [n, C] of the class prompts;
    group [n], the value s that an image shows, NEITHER (-1) if none; target [], pi.
    """

    by_attribute = True
    measures = (
        EvidenceMeasure("rb", "Representation bias", 0, 1, rb, rb_spread),
        EvidenceMeasure("preferred_share", "Share of neutral images taken for the attribute", 0, 1, share),
        EvidenceMeasure("ab_mean", "Association bias, mean over labels", 0, 1, ab_mean, distance_spread),
        EvidenceMeasure("ab_max", "Association bias, largest over labels", 0, 1, ab_max, distance_spread),
    )

    def evidence(self, subject: Subject) -> Iterator[Evidence]:
        """See Evaluator."""
        for name, attribute in _asked(subject):
            if not subject.features.texts:
                yield Evidence(attribute=name, reason=subject.model.wordless)
                continue
            quantities = {
                "probability": _probabilities(subject, f"{ATTRIBUTE}/{name}")[:, 0],
                "label_probabilities": _probabilities(subject, ENSEMBLE),
                "group": attribute.group(subject.testset.samples),
                "target": np.array(attribute.target),
            }
            yield Evidence(quantities, attribute=name)

    def rows(self, subject: Subject) -> Iterator[Row]:
        """AB_r of every label r, signed, under the name of the class, as the measure `association`."""
        for name, attribute in _asked(subject) if subject.features.texts else ():
            group = attribute.group(subject.testset.samples)
            try:
                found = associations(_probabilities(subject, ENSEMBLE), group)[0]
            except UndefinedError as reason:
                yield Row("association", None, reason=str(reason), attribute=name)
                continue
            for concept, value in zip(subject.testset.classnames, found, strict=True):
                yield Row("association", value, concept=concept, attribute=name)


def _asked(subject: Subject) -> Iterator[tuple[str, Attribute]]:
    """The attributes that have prompts and that the samples of a classification test set tell of."""
    for name, attribute in subject.attributes.items():
        if subject.testset.classifies and attribute.prompts and attribute.told_of(subject.testset.samples):
            yield name, attribute


def _probabilities(subject: Subject, text_set: str) -> np.ndarray:
    features, name = subject.features, subject.testset.name
    if text_set not in features.texts:
        raise UserError(f"test set '{name}': the features hold no texts of {text_set}; encode the run again")
    return prompt_probabilities(features.unit_images, features.texts[text_set], 1 / subject.model.logit_scale)


def _neutral(evidence: Quantities, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """p(x) of the images that show neither value, and their weights."""
    neutral = evidence["group"] == NEITHER
    if not neutral.any():
        raise UndefinedError("every image shows one of the attribute's values")
    return evidence["probability"][neutral], None if weights is None else weights[:, neutral]


def _associations(evidence: Quantities, weights: np.ndarray | None) -> np.ndarray:
    return associations(evidence["label_probabilities"], evidence["group"], weights)
