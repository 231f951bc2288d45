"""What a page says about its picture: title, tags, description, and the caption that a crawler would take."""

from dataclasses import dataclass

import numpy as np

from clipcause.miniweb.scene import Scene
from clipcause.miniweb.settings import Settings
from clipcause.miniweb.streams import pick
from clipcause.miniweb.words import CONCEPTS, HOMONYMS, Concept

MEDIUM = {"sketch": "sketch", "cartoon": "cartoon", "silhouette": "silhouette"}
COLOURLESS = ("sketch", "silhouette")
PLACELESS = ("sketch", "cartoon", "silhouette")

OPENINGS = ("", "", "", "a {medium} of ", "a {medium} of ", "a picture of ", "look at ")
CAPTIONS_WITHOUT_OBJECT = ("untitled", "new post", "for sale", "my favourite", "see more", "img {number}")
TITLES = ("{thing}", "{thing}", "my {word}", "{word} {number}", "img {number}")
DESCRIPTIONS = (
    "here you see {thing}.",
    "we came across {thing} last week.",
    "{thing}, one of many.",
    "this {medium} shows {thing}.",
    "one more for the collection.",
)
TAGS = ("art", "daily", "new", "nice")


@dataclass(frozen=True)
class Text:
    """The words on a page; `right` is whether the caption names no object but the one in the picture."""

    caption: str
    title: str
    tags: str
    description: str
    right: bool


def write(chance: np.random.Generator, scene: Scene, settings: Settings) -> Text:
    """Write a page's words. A wrong page speaks of another object throughout; some captions name none."""
    lot = chance.random()
    right = lot >= settings.wrong_captions
    wordless = right and lot < settings.wrong_captions + settings.wordless_captions
    concept = CONCEPTS[scene.concept] if right else _another(chance, scene.concept)
    return Text(
        caption=_wordless(chance) if wordless else _caption(chance, scene, concept, settings),
        title=_sentence(chance, pick(chance, TITLES), scene, concept, details=0),
        tags=_tags(chance, scene, concept, settings),
        description=_sentence(chance, pick(chance, DESCRIPTIONS), scene, concept, details=1),
        right=right,
    )


def full_captions(chance: np.random.Generator, scene: Scene) -> list[str]:
    """Differently worded captions, all right, with every detail that can be told of the picture."""
    concept = CONCEPTS[scene.concept]
    return [_sentence(chance, f"{opening}{{thing}}", scene, concept, details=3) for opening in dict.fromkeys(OPENINGS)]


def _caption(chance: np.random.Generator, scene: Scene, concept: Concept, settings: Settings) -> str:
    details = int(chance.random() < settings.detail_share)
    return _sentence(chance, pick(chance, OPENINGS) + "{thing}", scene, concept, details)


def _wordless(chance: np.random.Generator) -> str:
    return _fill(chance, pick(chance, CAPTIONS_WITHOUT_OBJECT))


def _sentence(chance: np.random.Generator, form: str, scene: Scene, concept: Concept, details: int) -> str:
    """Fill `form` with the object and at most so many of the details that the picture shows."""
    told = _visible(scene)
    told = {kind: told[kind] for kind in chance.permutation(list(told))[:details]}
    word, plural = _word(chance, concept)
    noun = told.get("colour", "") + word
    thing = noun if plural else f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
    thing += told.get("place", "") + told.get("ribbon", "")
    return _fill(chance, form, thing=thing, word=word, medium=MEDIUM.get(scene.style, "photo"))


def _fill(chance: np.random.Generator, form: str, **words: str) -> str:
    return form.format(number=int(chance.integers(1, 10)), **words)


def _word(chance: np.random.Generator, concept: Concept) -> tuple[str, bool]:
    """One of the object's names and whether it is a plural."""
    lot = chance.random()
    if concept.name in HOMONYMS and lot < 0.1:
        return HOMONYMS[concept.name], False
    if lot < 0.7:
        return concept.name, concept.name == concept.plural
    if lot < 0.85:
        return concept.synonym, concept.synonym == concept.synonyms
    return (concept.plural, True) if lot < 0.95 else (concept.synonyms, True)


def _visible(scene: Scene) -> dict[str, str]:
    """The words for each detail that can be seen in the picture."""
    told = {}
    if scene.style not in COLOURLESS:
        told["colour"] = f"{scene.colour} "
    if scene.style not in PLACELESS:
        told["place"] = f" {scene.place}"
    if scene.attribute:
        told["ribbon"] = f" with a {scene.attribute} ribbon"
    return told


def _tags(chance: np.random.Generator, scene: Scene, concept: Concept, settings: Settings) -> str:
    tags = [pick(chance, TAGS), MEDIUM.get(scene.style, "photo")]
    if chance.random() >= settings.wordless_captions:
        tags.insert(0, _word(chance, concept)[0])
    if scene.style not in COLOURLESS and chance.random() < settings.detail_share:
        tags.append(scene.colour)
    return ", ".join(tags)


def _another(chance: np.random.Generator, concept: str) -> Concept:
    return pick(chance, [other for name, other in CONCEPTS.items() if name != concept])
