"""Curves are of arms, measures, a test set, a readout and an attribute that their study has."""

from collections.abc import Iterator

from clipcause.config.measurable import lacking_attribute, no_measure, without_readout, without_words
from clipcause.config.measures import OF_SHIFTS, by_attribute, by_readout
from clipcause.config.messages import at, unknown_name

SMALLEST = 1e-12  # number on a logarithmic axis


def curve_problems(config: dict) -> Iterator[str]:
    """Yield one line per name in a curve that its study lacks, per number without a place on its axis, and per measure
    that its arms, its test set or its attribute cannot have."""
    for name, study in config["studies"].items():
        for figure, curve in study["curves"].items():
            path = ("studies", name, "curves", figure)
            yield from _name_problems(path, name, study, curve)
            yield from _line_problems(path, name, study, curve)
            for place, measure in enumerate(curve["measures"]):
                if wrong := _measure_problem(measure, name, study, curve, config):
                    yield at((*path, "measures", place), wrong)


def _name_problems(path: tuple, name: str, study: dict, curve: dict) -> Iterator[str]:
    for key, several in (("testset", "testsets"), ("readout", "readouts"), ("attribute", "attributes")):
        words = {"testsets": "test sets"}.get(several, several)
        if curve[key] is not None and curve[key] not in study[several] and (key != "readout" or _reads_out(curve)):
            yield at((*path, key), unknown_name(curve[key], study[several], f"the {words} of {name}"))
    if curve["attribute"] is not None and not any(by_attribute(each) or "." in each for each in curve["measures"]):
        yield at((*path, "attribute"), "none of the measures is about one; take it out")


def _line_problems(path: tuple, name: str, study: dict, curve: dict) -> Iterator[str]:
    for line, arms in curve["lines"].items():
        for arm, number in arms.items():
            if arm not in study["arms"]:
                yield at((*path, "lines", line, arm), unknown_name(arm, study["arms"], f"the arms of {name}"))
            elif curve["logarithmic"] and number < SMALLEST:
                allowed = f"allowed: {SMALLEST:g} or more, or logarithmic: false"
                wrong = f"{number:g} has no place on a logarithmic axis; {allowed}"
                yield at((*path, "lines", line, arm), wrong)


def _measure_problem(measure: str, name: str, study: dict, curve: dict, config: dict) -> str | None:
    if (wrong := no_measure(measure, config["evaluators"])) or "." in measure:
        return wrong
    if measure in OF_SHIFTS:
        return _shift_problem(measure, name, study, curve)
    if by_attribute(measure):
        if curve["attribute"] is None:
            return f"{measure} is about an attribute; set attribute"
        of = config["attributes"].get(curve["attribute"])
        if of is not None and (wrong := lacking_attribute([measure], curve["attribute"], of)):
            return wrong
    for arm in (arm for arms in curve["lines"].values() for arm in arms if arm in study["arms"]):
        objective = config["recipes"][study["arms"][arm]["recipe"]]["objective"]
        wrong = without_words(measure, arm, objective)
        if wrong or (by_readout(measure) and (wrong := without_readout(curve["readout"], arm, objective))):
            return wrong
    return None


def _shift_problem(measure: str, name: str, study: dict, curve: dict) -> str | None:
    asked = study["robustness"]
    if asked is None:
        return f"{measure} needs baselines and shifts; set studies.{name}.robustness"
    if curve["testset"] not in asked["shifts"]:
        return f"{curve['testset']} is none of the shifts of studies.{name}.robustness ({', '.join(asked['shifts'])})"
    if curve["readout"] != asked["readout"]:
        return f"{curve['readout']} is not the readout of studies.{name}.robustness, which is {asked['readout']}"
    return None


def _reads_out(curve: dict) -> bool:
    """Whether a measure of the curve hangs on its readout."""
    return any(by_readout(measure) or "." in measure for measure in curve["measures"])
