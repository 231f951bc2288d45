"""Rates and spreads that were measured: learnt from the jobs of a results folder, kept in a file, read back."""

import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from clipcause.errors import UserError
from clipcause.files.outputs import read_json, write_json
from clipcause.planning.detectable import Spread, spreads_of
from clipcause.planning.jobs import Jobs
from clipcause.rates.measured import Rates
from clipcause.rates.times import read_took
from clipcause.session.jobs import Job

FORMAT = 2


@dataclass(frozen=True)
class Learnt:
    """What jobs took, how measures spread between seeds and test images, and where this was measured."""

    rates: Rates
    spreads: dict[str, Spread]
    measured_on: str


def learn(jobs: Jobs, folder: Path = Path()) -> Learnt:
    """Learn from the jobs in `folder` that are done, and from the claims that are judged there."""
    rates = Rates()
    for job in jobs.jobs:
        if job.number not in jobs.to_do and (took := read_took(folder / log for log in job.logs)) is not None:
            rates.learn(job.work, took, written_by(job, folder))
    return Learnt(rates, spreads_of(jobs.config, folder), f"{platform.machine()}, {os.cpu_count()} cores")


def written_by(job: Job, folder: Path = Path()) -> int:
    """The bytes of a job's outputs that are there; files that are linked to elsewhere count as well."""
    return sum(each.stat().st_size for output in job.outputs for each in _files(folder / output))


def write_learnt(learnt: Learnt, path: Path) -> None:
    """Keep what was learnt in a file, whole or not at all."""
    spreads = {measure: asdict(spread) for measure, spread in learnt.spreads.items()}
    told = {"format": FORMAT, "measured_on": learnt.measured_on, "rates": learnt.rates.as_json(), "spreads": spreads}
    write_json(path, told)


def read_learnt(path: str | Path) -> Learnt:
    """Read such a file back. Raises UserError if it is none."""
    try:
        told = read_json(path)
        if told["format"] != FORMAT:
            raise UserError(f"{path}: rates of another version; measure anew: snakemake --cores all rates")
        spreads = {measure: Spread(**spread) for measure, spread in told["spreads"].items()}
        return Learnt(Rates.from_json(told["rates"]), spreads, told["measured_on"])
    except FileNotFoundError:
        raise UserError(f"{path}: there are no rates; where they were measured, snakemake rates writes them") from None
    except (ValueError, KeyError, TypeError, AttributeError, IsADirectoryError):
        raise UserError(f"{path}: this is no file of rates, as snakemake rates writes them") from None


def _files(path: Path) -> Iterable[Path]:
    return (each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path] if path.exists() else []
