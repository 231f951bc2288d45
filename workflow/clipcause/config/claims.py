"""What claims and effects ask of a measure, and a measure of them and of their study."""

from collections.abc import Iterator

from clipcause.config.measurable import lacking_attribute, no_measure, without_words
from clipcause.config.measures import EVALUATORS, by_attribute, by_readout
from clipcause.config.messages import at
from clipcause.config.questions import Asked, answerable, asked
from clipcause.questions import EFFECTIVE_ROBUSTNESS

NEEDED = ("testset", "expect", "margin")


def claim_key_problems(config: dict) -> Iterator[str]:
    """Yield one line per key that a claim lacks, or has beside another that stands in its place."""
    for study, settings in config["studies"].items():
        for name, claim in settings["claims"].items():
            path = ("studies", study, "claims", name)
            given = [key for key in ("measure", "contrast", "cut", *NEEDED) if claim[key] is not None]
            if claim["cannot_be_asked"] is not None:
                told = "a claim that cannot be asked has none; take it out"
                yield from (at((*path, key), told) for key in given)
                continue
            for key in (*NEEDED, *(("measure", "contrast") if claim["cut"] is None else ())):
                if key not in given:
                    yield at((*path, key), _missing(key))
            if claim["cut"] is not None:
                for key in ("measure", "contrast"):
                    if key in given:
                        yield at((*path, key), "cut stands in its place; take one of them out")
                if claim["cut"]["before"] == claim["cut"]["after"]:
                    yield at((*path, "cut", "after"), "is the arm before, too; name another one")


def _missing(key: str) -> str:
    instead = {"measure": "or cut, or cannot_be_asked", "contrast": "or cut, or cannot_be_asked"}
    return f"missing; it must be given, {instead.get(key, 'or cannot_be_asked')}"


def claim_problems(config: dict) -> Iterator[str]:
    """Yield one line per question on a measure that is none, or that lacks or does not have what it is given."""
    for name in config["evaluators"]:
        if name in EVALUATORS:
            yield at(("evaluators", name), f"the project has an evaluator {name}; name yours otherwise")
    for each in asked(config):
        if not any(each.question.terms.values()):
            first = next(iter(each.question.named.values()))
            yield at((*each.path, *first[:-1]), "its weights add up to 0 for every arm; nothing is compared")
        wrong = list(_measure_problems(each, config))
        yield from wrong
        if not wrong and answerable(each, config):
            yield from _needs(each, config)
            for measure, key in _measures(each):
                yield from _of_arms(each, measure, key, config)


def _measures(asked: Asked) -> Iterator[tuple[str, tuple]]:
    """The measures of a question, with their keys."""
    keys = [("measure",)] if len(asked.question.measures) == 1 else [("cut", "of"), ("cut", "than")]
    return zip(asked.question.measures, keys, strict=True)


def _measure_problems(asked: Asked, config: dict) -> Iterator[str]:
    """Measures are there, evaluators of the user's own as far as a preset could not bring them; cuts are of some."""
    for measure, key in _measures(asked):
        wrong = no_measure(measure, config["evaluators"])
        if wrong and ("." not in measure or answerable(asked, config)):
            yield at((*asked.path, *key), wrong)
        if measure == EFFECTIVE_ROBUSTNESS and key[0] == "cut":
            yield at((*asked.path, *key), f"{measure} has no natural zero to be cut towards; take a contrast")


def _needs(asked: Asked, config: dict) -> Iterator[str]:
    """A readout and an attribute are given where a measure of ours hangs on them, and only there."""
    path, question = asked.path, asked.question
    if any("." in measure for measure in question.measures):
        return
    told, attribute = " and ".join(question.measures), question.attribute
    reading = any(map(by_readout, question.measures))
    if not reading:
        for term, keys in question.named.items():
            if term.readout is not None:
                key = ("readout",) if term.readout == question.readout else keys
                yield at((*path, *key), f"{told} is measured without one; take it out")
                break
    if (attribute is not None) != any(map(by_attribute, question.measures)):
        needless, needed = f"{told} is about none; take it out", f"missing; {told} is about one"
        yield at((*path, "attribute"), needed if attribute is None else needless)
        return
    wrong = attribute and lacking_attribute(question.measures, attribute, config["attributes"][attribute])
    if wrong:
        yield at((*path, "attribute"), wrong)


def _of_arms(asked: Asked, measure: str, key: tuple, config: dict) -> Iterator[str]:
    """A measure that asks in words is of arms that can be asked."""
    arms = config["studies"][asked.study]["arms"]
    for arm in dict.fromkeys(term.arm for term in asked.question.terms):
        objective = config["recipes"][arms[arm]["recipe"]]["objective"]
        if wrong := without_words(measure, arm, objective):
            yield at((*asked.path, *key), f"{wrong}; claim it of arms that can")
