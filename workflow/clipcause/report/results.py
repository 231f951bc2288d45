"""What the other stages left, read for the report: studies, runs, evaluations, data cards."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from clipcause.concepts.counted import counted_name
from clipcause.errors import DamagedFileError, UserError
from clipcause.files.outputs import read_json
from clipcause.report.holdings import CLAIM, COUNT, RUN, SPEED, STUDY, lacking

FIGURE_SUFFIXES = ("svg", "png", "csv")


@dataclass(frozen=True)
class Figure:
    """A figure of a study or a vocabulary; `files` are its paths by suffix."""

    name: str
    title: str
    caption: str
    files: dict[str, Path]


@dataclass(frozen=True)
class Study:
    """A study's judged claims and its figures, as `clipcause.studies` wrote them into `folder`."""

    name: str
    title: str
    question: str
    paper: str | None
    arms: dict[str, dict]
    claims: list[dict]
    figures: list[Figure]
    folder: Path


@dataclass(frozen=True)
class Counts:
    """Data cards of all that was counted by a vocabulary, by path (`pools/diverse`), and the figures of it."""

    vocabulary: str
    cards: dict[str, dict]
    figures: list[Figure]


@dataclass(frozen=True)
class Run:
    """A trained model: what it was trained on and how, from its folder `{subset}/{recipe}/seed{seed}`."""

    subset: str
    recipe: str
    seed: int
    record: dict
    speed: dict


def read_study(folder: Path) -> Study:
    """Read results/studies/{study}. Raises UserError naming the file that is missing or unreadable."""
    judged = read_json_file(folder / "claims.json", STUDY)
    for claim in judged["claims"]:
        _refuse(folder / "claims.json", lacking(claim, CLAIM))
    return Study(
        name=judged["study"],
        title=judged["title"],
        question=judged["question"],
        paper=judged["paper"],
        arms=judged["arms"],
        claims=judged["claims"],
        figures=read_figures(folder / "figures"),
        folder=folder,
    )


def read_counts(cards: Iterable[Path]) -> list[Counts]:
    """Read data cards results/concepts/{vocabulary}/{counted}/card.json, and the figures of their vocabularies.

    Raises UserError naming the file that is missing or unreadable.
    """
    found: dict[str, Counts] = {}
    for card in cards:
        vocabulary, counted = counted_name(card)
        if vocabulary not in found:
            folder = card.parents[counted.count("/") + 1]
            found[vocabulary] = Counts(vocabulary, {}, read_figures(folder / "figures"))
        found[vocabulary].cards[counted] = read_json_file(card, COUNT)
    return list(found.values())


def read_run(folder: Path) -> Run:
    """Read results/runs/{subset}/{recipe}/seed{seed}. Raises UserError as do `read_study`, `run_name`."""
    subset, recipe, seed = run_name(folder)
    record, speed = read_json_file(folder / "run.json", RUN), read_json_file(folder / "speed.json", SPEED)
    return Run(subset, recipe, seed, record, speed)


def run_name(folder: Path) -> tuple[str, str, int]:
    """Subset, recipe and seed of a folder `.../{subset}/{recipe}/seed{seed}`. Raises UserError if it is none."""
    parts = folder.parts[-3:]
    if len(parts) < 3 or not parts[2].startswith("seed") or not parts[2][4:].isdigit():
        raise UserError(f"{folder}: not the folder of a run; it ends in SUBSET/RECIPE/seedNUMBER")
    return parts[0], parts[1], int(parts[2][4:])


def read_cards(paths: Iterable[Path], keys: tuple[str, ...] = ()) -> list[dict]:
    """Read data cards of subsets or pools, or files like them, that hold these keys.

    Raises UserError naming the one that is missing or unreadable, or lacks a key.
    """
    return [read_json_file(path, keys) for path in paths]


def sources_of(settings: dict) -> list[str]:
    """The pools and subsets that a subset's settings name under `from`."""
    named = settings["from"]
    return [named] if isinstance(named, str) else list(named)


def unreadable(path: Path, why: object) -> UserError:
    """The error for a file of `results/` that is missing or not what it should be, for the first line of `why`."""
    if isinstance(why, DamagedFileError):
        return why
    reason = why.strerror if isinstance(why, OSError) and why.strerror else str(why).strip().split("\n")[0]
    return UserError(f"{path}: {reason}; delete it if it is there and run `snakemake --cores all` to make it again")


def read_figures(folder: Path) -> list[Figure]:
    """The figures of a folder with `index.json`. Raises UserError naming the file that is missing or unreadable."""
    return [
        Figure(**entry, files={suffix: folder / f"{entry['name']}.{suffix}" for suffix in FIGURE_SUFFIXES})
        for entry in read_json_file(folder / "index.json")
    ]


def read_table(path: Path, columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """A parquet file of `results/`, small, that has these columns. Raises UserError naming it if it is missing or
    unreadable, or lacks one of them."""
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    _refuse(path, lacking(list(table.columns), columns))
    return table


def read_json_file(path: Path, keys: tuple[str, ...] = ()) -> dict | list:
    """A JSON file of `results/` that holds these keys. Raises UserError naming it if it is missing or unreadable, or
    lacks one of them."""
    try:
        record = read_json(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    _refuse(path, lacking(record, keys))
    return record


def _refuse(path: Path, wrong: str | None) -> None:
    if wrong is not None:
        raise unreadable(path, wrong)
