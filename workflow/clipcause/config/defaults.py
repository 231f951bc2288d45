"""Defaults from the schema, and the few that are worked out from other keys."""

import copy

from clipcause.config.measures import by_readout
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
    `readout` of a claim on a measure of answers is `own` if null; the `testset` of a curve is the study's first.
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
    studies = {
        name: {**study, "claims": _claims(study), "curves": _curves(study)} for name, study in config["studies"].items()
    }
    return {**config, "recipes": recipes, "subsets": subsets, "studies": studies}


def _claims(study: dict) -> dict:
    return {
        name: {**claim, "readout": "own"} if claim["readout"] is None and by_readout(claim["measure"]) else claim
        for name, claim in study["claims"].items()
    }


def _curves(study: dict) -> dict:
    first = study["testsets"][0]
    return {name: {**curve, "testset": curve["testset"] or first} for name, curve in study["curves"].items()}


def control_of(name: str, subset: dict) -> dict:
    """The control of a subset: as many samples, in each draw, drawn at random from the same source."""
    source = subset["from"] if isinstance(subset["from"], str) else list(subset["from"])
    same = {"method": "random", "from": source, "where": copy.deepcopy(subset["where"])}
    return same | {"samples": None, "fraction": None, "size_of": name}
