"""The interventions by name. Each is a function (candidates, settings, draw) -> SQL for the uids that stay.

An intervention sees the candidates (samples with an image that no test set holds out) and its
resolved settings; whatever chance it needs comes from a hash of the draw and the uid, so the same draw
gives the same samples and a larger random subset contains the smaller one.
"""

from collections.abc import Callable

from clipcause.subsets.candidates import Candidates
from clipcause.subsets.interventions.longtail import resample
from clipcause.subsets.interventions.sampling import everything, random

INTERVENTIONS: dict[str, Callable[[Candidates, dict, int], str]] = {
    "all": everything,
    "random": random,
    "resample": resample,
}
