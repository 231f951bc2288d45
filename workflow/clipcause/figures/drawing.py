"""What a figure is, registries of figures, and how all of a registry are written."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

import pandas as pd

from clipcause.figures.style import save
from clipcause.files.outputs import whole, write_json
from clipcause.job.command import log

Tables = TypeVar("Tables", contravariant=True)


class Figure(Protocol[Tables]):
    """One figure: the words around it, the table it shows, the drawing. `tables` are what its stage draws from."""

    title: str

    def caption(self, tables: Tables) -> str:
        """What the reader sees, in full sentences: axes, marks, intervals, what they are of."""

    def frame(self, tables: Tables) -> pd.DataFrame:
        """What is drawn, tidy; empty if there is nothing for this figure, which is then left out."""

    def draw(self, tables: Tables, frame: pd.DataFrame) -> AbstractContextManager[tuple]:
        """A context that yields (figure, axes) of the drawing of `frame`."""


def registry() -> tuple[dict[str, Figure], Callable[[str], Callable[[type], type]]]:
    """A new registry of figures, and a decorator `figure(name)` that registers a class under its file name."""
    figures: dict[str, Figure] = {}

    def figure(name: str) -> Callable[[type], type]:
        def register(kind: type) -> type:
            if name in figures:
                raise ValueError(f"two figures are named {name!r}")
            figures[name] = kind()
            return kind

        return register

    return figures, figure


def write_figures(figures: Mapping[str, Figure], tables: object, output: Path) -> None:
    """Write every figure that has data, as SVG, PNG and CSV, into the folder `output`, with `index.json`."""
    index = []
    with whole(output) as temporary:
        temporary.mkdir(parents=True)
        for name, drawn in figures.items():
            frame = drawn.frame(tables)
            if frame.empty:
                log.info("figure %s: left out, there is no data for it", name)
                continue
            frame.to_csv(temporary / f"{name}.csv", index=False, lineterminator="\n")
            with drawn.draw(tables, frame) as (canvas, _):
                save(canvas, temporary / name)
            index.append({"name": name, "title": drawn.title, "caption": drawn.caption(tables)})
        write_json(temporary / "index.json", index)
    log.info("%d figures in %s", len(index), output)
