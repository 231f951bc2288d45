"""The interventions by name. Each is a function (candidates, settings, draw) -> the Selection that stays.

An intervention sees the candidates (samples with an image that no test set holds out) and its
resolved settings; whatever chance it needs comes from a hash of the draw and the uid, so the same draw
gives the same samples and a larger random subset contains the smaller one.
"""

from collections.abc import Callable

from clipcause.subsets.candidates import Candidates
from clipcause.subsets.interventions.balance import m4
from clipcause.subsets.interventions.captions import captions
from clipcause.subsets.interventions.classes import restrict
from clipcause.subsets.interventions.longtail import cap, match_frequency, resample, trim_tail
from clipcause.subsets.interventions.sampling import everything, random, stratified
from clipcause.subsets.interventions.sets import difference, intersection, mixture, union
from clipcause.subsets.selection import Selection

INTERVENTIONS: dict[str, Callable[[Candidates, dict, int], Selection]] = {
    "all": everything,
    "random": random,
    "stratified": stratified,
    "union": union,
    "intersection": intersection,
    "difference": difference,
    "mixture": mixture,
    "restrict": restrict,
    "resample": resample,
    "trim_tail": trim_tail,
    "cap": cap,
    "match_frequency": match_frequency,
    "captions": captions,
    "m4": m4,
}
