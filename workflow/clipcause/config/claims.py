"""What a claim's measure asks of the claim and of its study."""

from collections.abc import Iterator

from clipcause.config.evaluating import applies
from clipcause.config.measures import EVALUATORS, MEASURES, OF_ATTRIBUTES, by_attribute, by_readout, in_words
from clipcause.config.messages import at, unknown_name


def claim_problems(config: dict) -> Iterator[str]:
    """Yield one line per claim on a measure that is none, or that lacks or does not have what the claim gives it."""
    for name in config["evaluators"]:
        if name in EVALUATORS:
            yield at(("evaluators", name), f"the project has an evaluator {name}; name yours otherwise")
    for study, settings in config["studies"].items():
        for name, claim in settings["claims"].items():
            path, (evaluator, dot, _) = ("studies", study, "claims", name), claim["measure"].partition(".")
            if dot:
                if evaluator not in config["evaluators"]:
                    yield at((*path, "measure"), unknown_name(evaluator, config["evaluators"], "the evaluators"))
            elif claim["measure"] not in MEASURES:
                yield at((*path, "measure"), unknown_name(claim["measure"], MEASURES, "the measures"))
            else:
                yield from _needs(path, claim, config)
            if claim["attribute"] is not None and claim["attribute"] not in settings["attributes"]:
                wrong = unknown_name(claim["attribute"], settings["attributes"], f"the attributes of {study}")
                yield at((*path, "attribute"), wrong)


def _needs(path: tuple, claim: dict, config: dict) -> Iterator[str]:
    measure, attribute = claim["measure"], claim["attribute"]
    if claim["readout"] is not None and not by_readout(measure):
        yield at((*path, "readout"), f"{measure} is measured without one; take it out")
    if (attribute is not None) != by_attribute(measure):
        needless, needed = f"{measure} is about none; take it out", f"missing; {measure} is about one"
        yield at((*path, "attribute"), needed if attribute is None else needless)
    elif attribute is not None:
        of = config["attributes"][attribute]
        lacking = [
            key for key in ("samples", "prompts") if of[key] is None and (key == "samples" or measure in OF_ATTRIBUTES)
        ]
        if lacking:
            wrong = f"{measure} needs attributes.{attribute}.{lacking[0]}, which is not given"
            yield at((*path, "attribute"), wrong)
    if in_words(measure):
        arms = config["studies"][path[1]]["arms"]
        for arm in claim["contrast"]:
            objective = config["recipes"][arms[arm]["recipe"]]["objective"]
            if not applies("ensemble", objective):
                wrong = f"{measure} asks in words, which {arm} cannot be, whose objective is {objective}"
                yield at((*path, "measure"), f"{wrong}; claim it of arms that can")
