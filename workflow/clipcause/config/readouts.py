"""Readouts need what they read: images to learn from, others than those that they are tested on; prompts, or a head."""

from collections.abc import Iterator

from clipcause.config.evaluating import learns
from clipcause.config.measurable import without_readout
from clipcause.config.messages import at
from clipcause.config.questions import Asked, answerable, asked
from clipcause.questions import EFFECTIVE_ROBUSTNESS


def readout_problems(config: dict) -> Iterator[str]:
    """Yield one line per test set that would teach itself, and per readout or question that has nothing to go by."""
    for name, testset in config["testsets"].items():
        if testset["train"] == name:
            yield at(("testsets", name, "train"), "a test set cannot be what its probes learn from; name another one")
    for study, settings in config["studies"].items():
        objectives = {arm: config["recipes"][parts["recipe"]]["objective"] for arm, parts in settings["arms"].items()}
        taught = [testset for testset in settings["testsets"] if config["testsets"][testset]["train"] is not None]
        for number, readout in enumerate(settings["readouts"]):
            if not taught and any(learns(readout, objective) for objective in objectives.values()):
                remedy = f"set train of one of its test sets, such as testsets.{settings['testsets'][0]}.train"
                wrong = f"{readout} learns from labelled images, and no test set of {study} names any; {remedy}"
                yield at(("studies", study, "readouts", number), wrong)
    for each in asked(config):
        if answerable(each, config):
            yield from _question_problems(each, config)


def _question_problems(each: Asked, config: dict) -> Iterator[str]:
    """Arms have the readouts that are asked of them, and those that learn have images to learn from."""
    study, path, question = config["studies"][each.study], each.path, each.question
    objectives = {term: config["recipes"][study["arms"][term.arm]["recipe"]]["objective"] for term in question.terms}
    asking = {term: objective for term, objective in objectives.items() if term.readout is not None}
    for term, objective in asking.items():
        if wrong := without_readout(term.readout, term.arm, objective):
            key = ("readout",) if term.readout == question.readout else question.named[term]
            yield at((*path, *key), f"{wrong}; ask it of arms that have it")
    learning = next((term.readout for term, objective in asking.items() if learns(term.readout, objective)), None)
    if learning is None:
        return
    read = {testset: question.key_of(place) for place, testset in enumerate(question.testsets)}
    if EFFECTIVE_ROBUSTNESS in question.measures:
        read.setdefault(study["robustness"]["reference"], ("readout",))
    for testset, key in read.items():
        if config["testsets"][testset]["train"] is None:
            wrong = f"{testset} names no images that {learning} could learn from; set testsets.{testset}.train"
            yield at((*path, *key), wrong)
