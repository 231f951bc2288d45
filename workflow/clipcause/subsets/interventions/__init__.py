"""The interventions by name. Each is a function (candidates, settings, draw) -> the Selection that stays.

An intervention sees the candidates (samples with an image that no test set holds out) and its
resolved settings; whatever chance it needs comes from a hash of the draw and the uid, so the same draw
gives the same samples and a larger random subset contains the smaller one.
"""

from collections.abc import Callable
from importlib import import_module

INTERVENTIONS = {
    "all": "sampling.everything",
    "random": "sampling.random",
    "stratified": "sampling.stratified",
    "union": "sets.union",
    "intersection": "sets.intersection",
    "difference": "sets.difference",
    "mixture": "sets.mixture",
    "restrict": "classes.restrict",
    "label_by_caption": "labels.label_by_caption",
    "resample": "longtail.resample",
    "trim_tail": "longtail.trim_tail",
    "cap": "longtail.cap",
    "match_frequency": "longtail.match_frequency",
    "captions": "captions.captions",
    "m4": "balance.m4",
    "deduplicate": "duplicates.deduplicate",
    "decontaminate": "duplicates.decontaminate",
    "near_prune": "pruning.near_prune",
    "far_prune": "pruning.far_prune",
    "text_similarity": "scores.text_similarity",
    "clip_score": "scores.clip_score",
    "custom": "custom.custom",
}
"""For each method its module here and its function. Modules are imported when they are needed: some need torch."""

RECORDING = ("deduplicate", "decontaminate", "near_prune", "far_prune", "text_similarity", "clip_score")
"""The methods that keep a record of what they removed, and why."""


def module_of(method: str) -> str:
    """The module that a method's function lies in."""
    return f"{__name__}.{INTERVENTIONS[method].split('.')[0]}"


def intervention(method: str) -> Callable:
    """The function (Candidates, settings, draw) -> Selection of a method."""
    return getattr(import_module(module_of(method)), INTERVENTIONS[method].split(".")[1])
