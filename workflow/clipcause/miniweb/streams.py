"""Chance: every number drawn is a function of (seed, stream, number, purpose)."""

import zlib
from collections.abc import Sequence

import numpy as np

PICTURE, PAGE, ANNOTATION = 0, 1, 2
"""Purposes: what the picture shows, the page it stands on (its caption, its faults, this copy's noise), and what an
annotator makes of it."""


def generator(seed: int, stream: str, number: int, purpose: int) -> np.random.Generator:
    """The random numbers of one image: `stream` is a pool or test set, `number` the image's place in it."""
    key = (zlib.crc32(stream.encode()), number, purpose)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def pick(chance: np.random.Generator, options: Sequence):
    """One of `options`, each as likely as the others."""
    return options[int(chance.random() * len(options))]
