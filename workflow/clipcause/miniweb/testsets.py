"""The miniweb's test sets, in CLIP-benchmark's layout, with the truth about each image beside them.

Most ask for the object. `colours`, `places` and `further` ask for something else, for transfer: each has a set of its
own (`colours_train`) that probes learn from, and all answers are equally frequent in both.
"""

import csv
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

from clipcause.errors import UserError
from clipcause.files.benchmark_layout import TRUTH, write_testset
from clipcause.files.outputs import whole
from clipcause.job.took import work_begins
from clipcause.miniweb.captions import full_captions
from clipcause.miniweb.picture import draw_image
from clipcause.miniweb.questions import COLOUR, FURTHER_OBJECT, OBJECT, PLACE, Question
from clipcause.miniweb.scene import STYLES, Wish
from clipcause.miniweb.settings import Settings
from clipcause.miniweb.streams import PAGE, generator
from clipcause.miniweb.words import ATTRIBUTE_VALUES, COLOURS, FURTHER, PLACES

CLASSNAMES = OBJECT.classnames
RETRIEVAL = "retrieval"
COLOURED = ("photo", "cartoon", "viewpoint", "clutter")
PLACED = ("photo", "viewpoint", "clutter")
"""The styles that show what colour an object has, and where it is."""


def _balanced(count: int, **wish) -> list[Wish]:
    """Every class equally often; ribbons tell nothing about the class."""
    return [Wish(concept=CLASSNAMES[k % len(CLASSNAMES)], associated=False, **wish) for k in range(count)]


def _crossed(count: int) -> list[Wish]:
    cells = list(product(CLASSNAMES, ATTRIBUTE_VALUES))
    return [Wish(concept=name, attribute=value) for name, value in (cells[k % len(cells)] for k in range(count))]


def _objects(count: int) -> list[str]:
    """Every object equally often, moved on by one in each round, so that it meets every colour and place."""
    return [CLASSNAMES[(k + k // len(CLASSNAMES)) % len(CLASSNAMES)] for k in range(count)]


def _coloured(count: int) -> list[Wish]:
    cells = list(product(COLOURED, COLOURS))
    drawn = ((name, *cells[k % len(cells)]) for k, name in enumerate(_objects(count)))
    return [Wish(concept=name, style=style, colour=colour, associated=False) for name, style, colour in drawn]


def _placed(count: int) -> list[Wish]:
    cells = list(product(PLACED, PLACES))
    drawn = ((name, *cells[k % len(cells)]) for k, name in enumerate(_objects(count)))
    return [Wish(concept=name, style=style, place=place, associated=False) for name, style, place in drawn]


def _further(count: int) -> list[Wish]:
    return [Wish(concept=FURTHER[k % len(FURTHER)].name, associated=False) for k in range(count)]


TRANSFER: dict[str, tuple[Question, Callable[[int], list[Wish]]]] = {
    "colours": (COLOUR, _coloured),
    "places": (PLACE, _placed),
    "further": (FURTHER_OBJECT, _further),
}
"""What else than the object test sets ask for, and what is fixed of their images."""

QUESTIONS = {f"{name}{end}": question for name, (question, _) in TRANSFER.items() for end in ("", "_train")}
"""The questions of these test sets; all others ask for the object."""

TESTSETS: dict[str, Callable[[int], list[Wish]]] = {
    **{style: lambda count, style=style: _balanced(count, style=style) for style in STYLES},
    "balanced": lambda count: _balanced(count),
    "natural": lambda count: [Wish(further=False)] * count,
    "reference": lambda count: _balanced(count, style="photo"),
    "neutral": lambda count: _balanced(count, neutral=True),
    "crossed": _crossed,
    RETRIEVAL: lambda count: [Wish(associated=False)] * count,
    **{f"{name}{end}": wishes for name, (_, wishes) in TRANSFER.items() for end in ("", "_train")},
}
"""For each test set, what is fixed of its first `count` images."""


def write_named_testset(name: str, settings: Settings, output: str | Path) -> None:
    """Draw the test set `name` into the folder `output`, with `truth.csv` (key, label, truth_style, truth_attribute).

    Its images come from a stream of their own and appear in no pool. Raises UserError for an unknown name.
    """
    if name not in TESTSETS:
        raise UserError(f"miniweb test set {name}: there is none of that name; there are {', '.join(TESTSETS)}")
    work_begins()
    truth: list[tuple] = []
    question = QUESTIONS.get(name, OBJECT)
    with whole(output) as folder:
        samples = _samples(name, settings, question, truth)
        if name == RETRIEVAL:
            write_testset(folder, samples)
        else:
            write_testset(folder, samples, question.classnames, question.templates)
        with (folder / TRUTH).open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(("key", "label", "truth_style", "truth_attribute"))
            rows.writerows(truth)


def _samples(
    name: str, settings: Settings, question: Question, truth: list[tuple]
) -> Iterator[tuple[bytes, int | list[str]]]:
    for number, wish in enumerate(TESTSETS[name](settings.test_images_per_class * len(question.classnames))):
        scene, image = draw_image(settings, f"testset {name}", number, wish)
        answer = question.answer(scene)
        truth.append((f"s{number:07d}", answer, scene.style, scene.attribute or ""))
        if name == RETRIEVAL:
            chance = generator(settings.seed, f"captions {name}", number, PAGE)
            yield image, full_captions(chance, scene)
        else:
            yield image, question.classnames.index(answer)
