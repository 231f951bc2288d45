"""The look of all figures: legible at column width, apart without colour, the same bytes every time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import MappingProxyType

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PAGE = 6.9  # inches: the whole width of a two-column page
PIXELS_PER_INCH = 200
INK, FAINT, HAIRLINE = "#222222", "#B8B8B8", "#E6E6E6"
OUTLINE = {"markeredgecolor": "white", "markeredgewidth": 0.5}  # keeps marks apart where they meet

# Okabe and Ito's colours, told apart with any colour vision, in the order of use; yellow is too pale on white.
COLOURS = ("#0072B2", "#D55E00", "#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SPELLED = {"clip": "CLIP", "siglip": "SigLIP", "simclr": "SimCLR", "dino": "DINO", "m4": "M4"}
NO_FAMILIES: Mapping[str, str] = MappingProxyType({})

RC = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine has it
    "font.size": 7.5,
    "figure.labelsize": 7.5,
    "axes.titlesize": 7.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "grid.color": HAIRLINE,
    "grid.linewidth": 0.6,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handletextpad": 0.4,
    "lines.linewidth": 1.0,
    "lines.markersize": 4,
    "figure.dpi": PIXELS_PER_INCH,
    "savefig.dpi": PIXELS_PER_INCH,
    "figure.constrained_layout.use": True,
    "svg.fonttype": "path",  # letters as shapes: the same in every viewer
    "svg.hashsalt": "clipcause",
}


@dataclass(frozen=True)
class Look:
    """How one arm is drawn, in every figure of a study."""

    colour: str
    marker: str


def looks(names: Sequence[str], families: Mapping[str, str] = NO_FAMILIES) -> dict[str, Look]:
    """A colour and a marker per name, by its place; no two are alike while colours and markers last.

    As many names as there are colours each have their own. Among more, those of a family share a colour, or a few, and
    differ by marker; without `families` all are one.
    """
    if len(names) <= len(COLOURS):
        return {name: Look(COLOURS[place], MARKERS[place]) for place, name in enumerate(names)}
    grouped: dict[str | None, list[str]] = {}
    for name in names:
        grouped.setdefault(families.get(name), []).append(name)
    batches, free = _batches(list(grouped.values())), [Look(*each) for each in product(COLOURS, MARKERS)]
    found: dict[str, Look] = {}
    for place, batch in enumerate(batches):
        colour = COLOURS[place % len(COLOURS)]
        for name in batch:
            free = free or [Look(*each) for each in product(COLOURS, MARKERS)]
            found[name] = next((look for look in free if look.colour == colour), free[0])
            free.remove(found[name])
    return {name: found[name] for name in names}


def _batches(families: list[list[str]]) -> list[list[str]]:
    """The families, each cut into parts that share a colour: parts as small as there are colours for."""
    for together in range(1, len(MARKERS) + 1):
        cut = [family[place : place + together] for family in families for place in range(0, len(family), together)]
        if len(cut) <= len(COLOURS):
            break
    return cut


def words(name: str) -> str:
    """A config name as people read it: `clip_balanced` -> `CLIP balanced`, `supervised` -> `Supervised`."""
    text = " ".join(SPELLED.get(word, word) for word in name.split("_"))
    return text[:1].upper() + text[1:]


def literal(text: str) -> str:
    """A text that is not ours as matplotlib takes it: its dollar signs begin no formula."""
    return text.replace("$", r"\$")


def numbers(value: float, low: float, high: float, digits: int = 2) -> str:
    """An estimate with its interval, as text with real minus signs."""
    return f"{value:z.{digits}f} [{low:z.{digits}f}, {high:z.{digits}f}]".replace("-", "−")


@contextmanager
def canvas(width: float, height: float, rows: int = 1, columns: int = 1, **options: object) -> Iterator[tuple]:
    """Yield (figure, axes) of so many inches in the project's style; closed when the block ends."""
    with plt.rc_context(RC):
        figure, axes = plt.subplots(rows, columns, figsize=(width, height), **options)
        try:
            yield figure, axes
        finally:
            plt.close(figure)


def interval(axes: Axes, at: float, value: float, low: float, high: float, look: Look) -> None:
    """Draw an estimate at height `at` with its horizontal interval."""
    axes.plot([low, high], [at, at], color=look.colour, solid_capstyle="butt", linewidth=1.4, zorder=2)
    axes.plot(value, at, look.marker, color=look.colour, markersize=4.5, zorder=3, **OUTLINE)


def save(figure: Figure, path: Path) -> None:
    """Write `path` with the suffixes .svg and .png, without a date: the same figure makes the same bytes."""
    with plt.rc_context(RC):
        figure.savefig(path.with_suffix(".svg"), metadata={"Date": None, "Creator": None})
        figure.savefig(path.with_suffix(".png"), metadata={"Software": None})
