"""What the claims and effects of all studies ask, and which of them a preset must be laid over for."""

from collections.abc import Iterator
from functools import cache
from os import getcwd
from os.path import isfile
from pathlib import Path
from typing import NamedTuple

from clipcause.config.layers import merged, read_layers, without_removed
from clipcause.config.messages import at, shown, unknown_name
from clipcause.config.validate import schema_problems
from clipcause.errors import UserError
from clipcause.questions import Lack, Question, lacks, of_claim, of_effects

PROJECT = Path(__file__).parents[3]


class Asked(NamedTuple):
    """A question, the study that asks it, and the keys of its claim or group of effects."""

    study: str
    path: tuple
    question: Question


def asked(config: dict) -> Iterator[Asked]:
    """Every claim that can be asked, and every effect."""
    for study, settings in config["studies"].items():
        for name, claim in settings["claims"].items():
            if (question := of_claim(claim)) is not None:
                yield Asked(study, ("studies", study, "claims", name), question)
        for name, group in settings["effects"].items():
            for question in of_effects(group).values():
                yield Asked(study, ("studies", study, "effects", name), question)


def answerable(asked: Asked, config: dict) -> bool:
    """Whether the study has all that is asked; a claim that lacks something waits for its preset."""
    return not any(lacks(asked.question, config["studies"][asked.study]))


def question_problems(config: dict) -> Iterator[str]:
    """Yield one line per name that a claim or effect has and its study has not, unless the claim's preset brings it."""
    for study, path, question in asked(config):
        settings = config["studies"][study]
        lacking = list(lacks(question, settings))
        preset = settings["claims"][path[-1]]["preset"] if path[2] == "claims" else None
        if not lacking or preset is None:
            yield from (at((*path, *each.keys), _sentence(each, study)) for each in lacking)
        elif (file := _found(preset)) is None:
            yield at((*path, "preset"), f"{shown(preset)} does not exist, seen from {Path.cwd()}; mend the path")
        elif wrong := _preset_problem(file, study, settings):
            yield at((*path, "preset"), f"{wrong}; mend the preset")
        else:
            for each in lacks(question, _brought(file, study, settings)):
                wrong = f"{_sentence(each, study)}; {preset} does not bring it either"
                yield at((*path, *each.keys), wrong)


def _sentence(lacking: Lack, study: str) -> str:
    if lacking.what == "robustness":
        return f"{lacking.found} needs baselines and shifts; set studies.{study}.robustness"
    of = f"{study}.robustness" if lacking.what == "shifts" else study
    return unknown_name(lacking.found, lacking.known, f"the {lacking.what} of {of}")


def _found(preset: str) -> str | None:
    """The file of a preset, seen from here or, as those that are shipped, from the project."""
    return next((path for path in (preset, str(PROJECT / preset)) if isfile(path)), None)


def _preset_problem(preset: str, study: str, settings: dict) -> str | None:
    """Why a preset cannot be laid over a study; None if it can."""
    try:
        layered = _layered(preset, study, settings)
    except UserError as error:
        return str(error)
    for problem in schema_problems(layered):
        return f"{preset}: {problem}"
    return None if study in layered["studies"] else f"{preset} removes the study"


def _brought(preset: str, study: str, settings: dict) -> dict:
    """A study as it is with a preset laid over it, but for defaults: what questions may name."""
    both = _layered(preset, study, settings)["studies"][study]
    robustness = {"readout": "own"} | both["robustness"] if both["robustness"] else None
    return both | {"robustness": robustness}


def _layered(preset: str, study: str, settings: dict) -> dict:
    """A study under its section and name, with what a preset says of both laid over it."""
    brings = _studies(preset, getcwd())
    own = {name: of for name, of in brings.items() if name == study} if isinstance(brings, dict) else brings
    return without_removed(merged({"studies": {study: settings}}, {"studies": own}))


@cache
def _studies(preset: str, _seen_from: str) -> object:
    """The studies of a preset, whose path may be relative to the folder that it is seen from; read once."""
    return read_layers([preset]).get("studies", {})
