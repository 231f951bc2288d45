"""What rules ask of a resolved configuration about evaluation: on what, by which readouts, against what to measure."""

from collections.abc import Iterable

from clipcause.config.counting import vocabulary_files
from clipcause.config.objectives import SELF_SUPERVISED, WITHOUT_CAPTIONS
from clipcause.config.plan import asked_by, frequency, studies_of

PROMPTS = ("class_name", "template", "ensemble", "shuffled")


def testsets_of(config: dict, subset: str, recipe: str) -> list[str]:
    """The test sets of every study that contains this run, sorted."""
    studies = studies_of(config, subset, recipe)
    return sorted({testset for study in studies for testset in config["studies"][study]["testsets"]})


def readouts_of(config: dict, subset: str, recipe: str) -> list[str]:
    """The readouts of every study that contains this run, in the order in which they come up."""
    studies = studies_of(config, subset, recipe)
    return list(dict.fromkeys(readout for study in studies for readout in config["studies"][study]["readouts"]))


def learns(readout: str, objective: str) -> bool:
    """Whether a readout learns from training images, for a model of this objective."""
    if readout == "own":
        return objective in SELF_SUPERVISED
    return readout == "linear_probe" or readout.endswith("_shot")


def applies(readout: str, objective: str) -> bool:
    """Whether a model of this objective has what a readout reads: a text tower for prompts, a head for `head`."""
    if readout in PROMPTS:
        return objective not in WITHOUT_CAPTIONS
    return readout != "head" or objective == "supervised"


def train_sets_of_study(config: dict, study: str) -> dict[str, str]:
    """Per test set of a study the one that its probes learn from; empty if no readout of its arms learns."""
    arms = config["studies"][study]["arms"].values()
    of_arms = (train_sets(config, arm["subset"], arm["recipe"]) for arm in arms)
    testsets = config["studies"][study]["testsets"]
    return {testset: train for of_arm in of_arms for testset, train in of_arm.items() if testset in testsets}


def checked_testsets(config: dict, study: str) -> list[str]:
    """The test sets that are checked for a study: its own, and those that its probes learn from, sorted."""
    return sorted({*config["studies"][study]["testsets"], *train_sets_of_study(config, study).values()})


def train_sets(config: dict, subset: str, recipe: str) -> dict[str, str]:
    """Per test set of this run the one that its probes learn from; empty if no readout learns."""
    objective = config["recipes"][recipe]["objective"]
    if not any(learns(readout, objective) for readout in readouts_of(config, subset, recipe)):
        return {}
    named = {testset: config["testsets"][testset]["train"] for testset in testsets_of(config, subset, recipe)}
    return {testset: train for testset, train in named.items() if train is not None}


def encoded_testsets(config: dict, subset: str, recipe: str) -> list[str]:
    """The test sets that this run has to encode: those it is tested on and those that its probes learn from, sorted."""
    return sorted({*testsets_of(config, subset, recipe), *train_sets(config, subset, recipe).values()})


def prompts_of(config: dict, subset: str, recipe: str) -> dict[str, dict]:
    """The prompts of the attributes of every study that contains this run, by name."""
    return {name: {"prompts": of["prompts"]} for name, of in attributes_of(config, subset, recipe).items()}


def attributes_of(config: dict, subset: str, recipe: str) -> dict[str, dict]:
    """What evaluation reads of the attributes of every study that contains this run, by name."""
    asked = {name for study in studies_of(config, subset, recipe) for name in config["studies"][study]["attributes"]}
    keys = ("target", "prompts", "samples")
    return {name: {key: of[key] for key in keys} for name, of in config["attributes"].items() if name in asked}


def evaluator_files(config: dict) -> list[str]:
    """The files of the evaluators of the user's own."""
    return sorted({settings["module"] for settings in config["evaluators"].values()})


def vocabularies_of(config: dict, subset: str, recipe: str) -> dict[str, str]:
    """Per test set of this run the vocabulary that it asks by; all studies that contain the run agree in theirs."""
    studies = studies_of(config, subset, recipe)
    found = {testset: of for study in studies for testset, of in asked_by(config, study).items()}
    return {testset: found[testset] for testset in sorted(found)}


def run_frequencies(config: dict, subset: str, recipe: str, seeds: Iterable[int]) -> dict[str, str]:
    """How often the captions that runs are trained on mention what test sets ask for, per vocabulary and seed."""
    asked = dict.fromkeys(vocabularies_of(config, subset, recipe).values())
    return {f"{each}/{seed}": frequency(config, each, subset, seed) for each in asked for seed in seeds}


def vocabulary_files_of_study(config: dict, study: str) -> list[str]:
    """The files of the vocabularies that the test sets of a study ask by."""
    asked = dict.fromkeys(asked_by(config, study).values())
    return [file for each in asked for file in vocabulary_files(config, each)]
