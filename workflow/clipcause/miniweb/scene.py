"""What a picture shows: drawn by lot, apart from how it is painted."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from clipcause.miniweb.settings import Settings
from clipcause.miniweb.shapes import SHAPES
from clipcause.miniweb.streams import pick
from clipcause.miniweb.words import ATTRIBUTE_VALUES, CLASSES, COLOURS, FURTHER, PLACES

STYLES = ("photo", "sketch", "cartoon", "silhouette", "viewpoint", "clutter")

GOLD_SIDE = {concept.name: (1, -1)[number % 2] for number, concept in enumerate(CLASSES + FURTHER)}
"""Whether a class has more gold ribbons than the mean (1) or fewer (-1)."""


@dataclass(frozen=True)
class Scene:
    """The content of one picture; captions may speak of all of it."""

    concept: str
    style: str
    attribute: str | None
    colour: str
    second: str
    place: str


@dataclass(frozen=True)
class Wish:
    """What is fixed beforehand; None leaves it to chance, as it is met in the diverse pool."""

    concept: str | None = None
    style: str | None = None
    attribute: str | None = None
    colour: str | None = None
    place: str | None = None
    neutral: bool = False
    """No ribbon at all."""
    associated: bool = True
    """Whether the ribbon's colour depends on the class."""
    further: bool = True
    """Whether the further objects may appear."""


def draw_scene(chance: np.random.Generator, settings: Settings, wish: Wish) -> Scene:
    """Draw the content of one picture."""
    # Every number is drawn whether or not it is used, so that a wish changes nothing else.
    concept, style, ribbon, value = chance.random(4)
    name = wish.concept or _concept(concept, settings, wish.further)
    style_name = wish.style or STYLES[int(style * len(STYLES))]
    colour, second = _colours(chance, name, style_name, wish.colour)
    place = pick(chance, tuple(PLACES))
    return Scene(
        concept=name,
        style=style_name,
        attribute=wish.attribute or _attribute(ribbon, value, name, settings, wish),
        colour=colour,
        second=second,
        place=wish.place or place,
    )


def gold_share(concept: str, settings: Settings) -> float:
    """The share of gold among the ribbons of a class: above the mean for every other class, below it for the rest."""
    return settings.attribute_mean + GOLD_SIDE[concept] * settings.attribute_association


@lru_cache
def class_shares(seed: int, zipf_exponent: float) -> dict[str, float]:
    """The share of each test class among them: its rank, which the seed decides, to the power -zipf_exponent."""
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(CLASSES))
    weights = np.arange(1, len(CLASSES) + 1) ** -float(zipf_exponent)
    return {CLASSES[k].name: float(w) for k, w in zip(order, weights / weights.sum(), strict=True)}


def _concept(lot: float, settings: Settings, further: bool) -> str:
    if further and lot < settings.further_share:
        return FURTHER[int(lot / settings.further_share * len(FURTHER))].name
    if further:
        lot = (lot - settings.further_share) / (1 - settings.further_share)
    names, ends = _class_ends(settings.seed, settings.zipf_exponent)
    return names[min(int(np.searchsorted(ends, lot, side="right")), len(names) - 1)]


@lru_cache
def _class_ends(seed: int, zipf_exponent: float) -> tuple[tuple[str, ...], np.ndarray]:
    shares = class_shares(seed, zipf_exponent)
    return tuple(shares), np.cumsum(list(shares.values()))


def _attribute(ribbon: float, value: float, concept: str, settings: Settings, wish: Wish) -> str | None:
    if wish.neutral or ribbon >= settings.attribute_share:
        return None
    gold = gold_share(concept, settings) if wish.associated else settings.attribute_mean
    return ATTRIBUTE_VALUES[int(value >= gold)]


def _colours(chance: np.random.Generator, concept: str, style: str, wish: str | None) -> tuple[str, str]:
    """The object's colour and its second one; most plain photographs show colours as they are in nature."""
    colours = tuple(COLOURS)
    natural, any_colour = pick(chance, SHAPES[concept].natural), pick(chance, colours)
    drawn = natural if chance.random() < 0.8 and style == "photo" else any_colour
    colour = wish or drawn
    second = pick(chance, [other for other in colours if other != colour])
    return colour, second
