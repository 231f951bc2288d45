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
        caption=_fill(chance, pick(chance, CAPTIONS_WITHOUT_OBJECT))
        if wordless
        else caption(chance, scene, settings, concept),
        title=_sentence(chance, pick(chance, TITLES), scene, concept, detail=False),
        tags=_tags(chance, scene, concept, settings),
        description=_sentence(chance, pick(chance, DESCRIPTIONS), scene, concept, detail=True),
        right=right,
    )


def caption(chance: np.random.Generator, scene: Scene, settings: Settings, concept: Concept | None = None) -> str:
    """One caption that names the object (`concept` in its place, if given), in a share of cases with a detail."""
    concept = concept or CONCEPTS[scene.concept]
    opening = pick(chance, OPENINGS)
    detail = chance.random() < settings.detail_share
    return _sentence(chance, opening + "{thing}", scene, concept, detail)


def _sentence(chance: np.random.Generator, form: str, scene: Scene, concept: Concept, detail: bool) -> str:
    word, plural = _word(chance, concept)
    colour, place, ribbon = _details(chance, scene) if detail else ("", "", "")
    noun = colour + word
    thing = noun if plural else f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
    return _fill(chance, form, thing=thing + place + ribbon, word=word, medium=MEDIUM.get(scene.style, "photo"))


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


def _details(chance: np.random.Generator, scene: Scene) -> tuple[str, str, str]:
    """Of colour, place and ribbon, one that the picture shows; the others stay empty."""
    options = []
    if scene.style not in COLOURLESS:
        options.append((f"{scene.colour} ", "", ""))
    if scene.style not in PLACELESS:
        options.append(("", f" at the {scene.place}", ""))
    if scene.attribute:
        options.append(("", "", f" with a {scene.attribute} ribbon"))
    return pick(chance, options) if options else ("", "", "")


def _tags(chance: np.random.Generator, scene: Scene, concept: Concept, settings: Settings) -> str:
    tags = [pick(chance, TAGS), MEDIUM.get(scene.style, "photo")]
    if chance.random() >= settings.wordless_captions:
        tags.insert(0, _word(chance, concept)[0])
    if scene.style not in COLOURLESS and chance.random() < settings.detail_share:
        tags.append(scene.colour)
    return ", ".join(tags)


def _another(chance: np.random.Generator, concept: str) -> Concept:
    return pick(chance, [other for name, other in CONCEPTS.items() if name != concept])
