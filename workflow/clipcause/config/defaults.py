"""Defaults from the schema, and the few that are worked out from other keys."""

import copy

from clipcause.config.measures import OF_SHIFTS, by_readout
from clipcause.config.schema import branch, schema, types

WARMUP_PERCENT = 8  # of samples_seen


def filled(value: object, node: dict | None = None) -> object:
    """A copy of a valid configuration with every default in place and keys in the schema's order."""
    node = branch(schema() if node is None else node, value)
    if isinstance(value, dict) and "properties" in node:
        keys = node["properties"]
        given = {key: value.get(key, keys[key].get("default")) for key in keys}
        return {key: filled(item, keys[key]) for key, item in given.items()}
    if isinstance(value, dict):
        return {name: filled(item, node["additionalProperties"]) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, node["items"]) for item in value]
    if isinstance(value, int) and "number" in types(node) and "integer" not in types(node):
        return float(value)
    return copy.copy(value)


def derived(config: dict) -> dict:
    """A filled-in configuration with what follows from its keys.

    `warmup_samples` is 8 % of `samples_seen` if null; beside a subset with `control: true` stands NAME_control; the
    `readout` of claims and effects on measures of answers is `own` if null, or that of effective robustness; effects
    are on all test sets of the study, or all shifts; the `testset` of a curve is the study's first.
    """
    recipes = {
        name: {**recipe, "warmup_samples": recipe["samples_seen"] * WARMUP_PERCENT // 100}
        if recipe.get("warmup_samples", 0) is None
        else recipe
        for name, recipe in config["recipes"].items()
    }
    subsets = dict(config["subsets"])
    for name, subset in config["subsets"].items():
        if subset.get("control"):
            subsets.setdefault(f"{name}_control", control_of(name, subset))
    studies = {name: _study(study) for name, study in config["studies"].items()}
    return {**config, "recipes": recipes, "subsets": subsets, "studies": studies}


def _study(study: dict) -> dict:
    claims = {name: claim | _read_by(study, claim, _measures(claim)) for name, claim in study["claims"].items()}
    effects = {
        name: group | _read_by(study, group, [group["measure"]]) | _tested_on(study, group)
        for name, group in study["effects"].items()
    }
    return {**study, "claims": claims, "effects": effects, "curves": _curves(study)}


def _measures(claim: dict) -> list[str]:
    return [claim["cut"]["of"], claim["cut"]["than"]] if claim["cut"] else [claim["measure"]]


def _read_by(study: dict, asks: dict, measures: list[str]) -> dict:
    """The readout of a claim or group of effects: effective robustness is read out as its baselines are."""
    if asks["readout"] is not None or not any(map(by_readout, measures)):
        return {}
    of_shifts = measures[0] in OF_SHIFTS and study["robustness"]
    return {"readout": study["robustness"]["readout"] if of_shifts else "own"}


def _tested_on(study: dict, group: dict) -> dict:
    if group["testsets"] is not None:
        return {}
    of_shifts = group["measure"] in OF_SHIFTS and study["robustness"]
    return {"testsets": list(study["robustness"]["shifts"] if of_shifts else study["testsets"])}


def _curves(study: dict) -> dict:
    first = study["testsets"][0]
    return {name: {**curve, "testset": curve["testset"] or first} for name, curve in study["curves"].items()}


def control_of(name: str, subset: dict) -> dict:
    """The control of a subset: as many samples, in each draw, drawn at random from the same source."""
    source = subset["from"] if isinstance(subset["from"], str) else list(subset["from"])
    same = {"method": "random", "from": source, "where": copy.deepcopy(subset["where"])}
    return same | {"samples": None, "fraction": None, "size_of": name}
