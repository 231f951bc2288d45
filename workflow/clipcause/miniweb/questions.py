"""What test sets ask for: class names, prompts, and which property of a scene is the right answer."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from clipcause.miniweb.scene import Scene
from clipcause.miniweb.words import CLASSES, COLOURS, FURTHER, PLACE_NAMES


@dataclass(frozen=True)
class Question:
    """The classes of a test set, its prompts (`{c}` stands for a class) and the class that a scene belongs to."""

    classnames: list[str]
    templates: list[str]
    answer: Callable[[Scene], str]


OF_OBJECTS = ["a photo of a {c}.", "a picture of a {c}.", "a sketch of a {c}.", "look at a {c}.", "a {c}."]
OF_COLOURS = ["a photo of something {c}.", "a picture of something {c}.", "look at something {c}.", "a {c} thing."]
OF_PLACES = ["a photo in the {c}.", "a picture in the {c}.", "a photo on the {c}.", "look at the {c}.", "in a {c}."]

OBJECT = Question([concept.name for concept in CLASSES], OF_OBJECTS, attrgetter("concept"))
FURTHER_OBJECT = Question([concept.name for concept in FURTHER], OF_OBJECTS, attrgetter("concept"))
COLOUR = Question(list(COLOURS), OF_COLOURS, attrgetter("colour"))
PLACE = Question(list(PLACE_NAMES.values()), OF_PLACES, lambda scene: PLACE_NAMES[scene.place])
