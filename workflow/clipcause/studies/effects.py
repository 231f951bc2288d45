"""Effects: named contrasts that are drawn side by side, on each test set and in the mean over them."""

from collections.abc import Iterator, Mapping

from clipcause.evaluation.evaluators import Evaluator
from clipcause.questions import Question, lacks, of_effects
from clipcause.studies.answers import Kept, NoEstimateError, Shifts, estimate
from clipcause.studies.claims import check_measures, refuse

EFFECTS = [
    *("effects", "contrast", "testset", "readout", "measure", "attribute"),
    *("value", "low", "high", "standard_error", "seeds", "reason"),
]


def effect_questions(study: Mapping, evaluators: Mapping[str, Evaluator]) -> dict[tuple[str, str], Question]:
    """What a study's effects ask, by group and contrast.

    Raises UserError, with the nearest name, if one names what the study lacks, or no measure.
    """
    asked = {
        (group, name): question
        for group, settings in (study.get("effects") or {}).items()
        for name, question in of_effects(settings).items()
    }
    for (group, name), question in asked.items():
        check_measures(f"effects '{group}'", question.measures, evaluators)
        for lacking in lacks(question, study):
            refuse(f"effect '{name}' of '{group}'", lacking)
    return asked


def effect_rows(asked: Mapping[tuple[str, str], Question], kept: Kept, shifts: Shifts) -> Iterator[tuple]:
    """Yield EFFECTS rows: per contrast one for each test set and, test set NULL, one of the mean over them.

    A single test set has one of the mean as well, which is the same.
    """
    for (group, name), question in asked.items():
        for testset in (*question.testsets, None):
            one = question._replace(testsets=question.testsets if testset is None else (testset,))
            which = (group, name, testset, question.readout, question.measures[0], question.attribute)
            try:
                found = estimate(one, kept, shifts)
            except NoEstimateError as reason:
                yield *which, *(None,) * 5, str(reason)
                continue
            ends = (found.value, found.low, found.high, found.standard_error)
            yield *which, *map(float, ends), found.seeds, None
