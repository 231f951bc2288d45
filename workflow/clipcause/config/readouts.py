"""Readouts need what they read: images to learn from, others than those that they are tested on; prompts, or a head."""

from collections.abc import Iterator

from clipcause.config.evaluating import applies, learns
from clipcause.config.messages import at


def readout_problems(config: dict) -> Iterator[str]:
    """Yield one line per test set that would teach itself, and per readout or claim that has nothing to go by."""
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
        for name, claim in settings["claims"].items():
            if claim["readout"] is None:
                continue
            for arm in claim["contrast"]:
                if not applies(claim["readout"], objectives[arm]):
                    wrong = f"{claim['readout']} does not apply to {arm}, whose objective is {objectives[arm]}"
                    yield at(("studies", study, "claims", name, "readout"), f"{wrong}; claim it of arms that have it")
            learning = any(learns(claim["readout"], objectives[arm]) for arm in claim["contrast"])
            if learning and claim["testset"] not in taught:
                wrong = f"{claim['testset']} names no images that {claim['readout']} could learn from"
                path = ("studies", study, "claims", name, "testset")
                yield at(path, f"{wrong}; set testsets.{claim['testset']}.train")
