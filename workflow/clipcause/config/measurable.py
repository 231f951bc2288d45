"""Why a measure cannot be taken: it is none, or arms and attributes lack what it reads. Told of claims and curves."""

from collections.abc import Mapping, Sequence

from clipcause.config.evaluating import applies
from clipcause.config.measures import MEASURES, OF_ATTRIBUTES, in_words
from clipcause.config.messages import unknown_name


def no_measure(measure: str, evaluators: Mapping) -> str | None:
    """Why this is no measure: neither one of ours nor of an evaluator, EVALUATOR.MEASURE, of the user's own."""
    evaluator, dot, _ = measure.partition(".")
    if dot:
        return None if evaluator in evaluators else unknown_name(evaluator, evaluators, "the evaluators")
    return None if measure in MEASURES else unknown_name(measure, MEASURES, "the measures")


def lacking_attribute(measures: Sequence[str], name: str, attribute: Mapping) -> str | None:
    """What an attribute lacks for measures that are about it: test samples that show it, or prompts that ask for it."""
    needed = ("samples", "prompts") if any(each in OF_ATTRIBUTES for each in measures) else ("samples",)
    lacking = next((key for key in needed if attribute[key] is None), None)
    return lacking and f"{' and '.join(measures)} needs attributes.{name}.{lacking}, which is not given"


def without_words(measure: str, arm: str, objective: str) -> str | None:
    """Why an arm of this objective has no measure that asks in words."""
    if in_words(measure) and not applies("ensemble", objective):
        return f"{measure} asks in words, which {arm} cannot be, whose objective is {objective}"
    return None


def without_readout(readout: str, arm: str, objective: str) -> str | None:
    """Why an arm of this objective is not read out this way."""
    return None if applies(readout, objective) else f"{readout} does not apply to {arm}, whose objective is {objective}"
