"""Snakemake starts again after a kill, by the same command.

A Snakemake that was killed leaves its lock and marks of the outputs it was writing, and the next one
refuses to start. Here each Snakemake holds a lock of the operating system's, which ends with its
process. Whoever gets it knows that no other is alive, and clears what a dead one left. Its jobs may live on in SLURM:
they are ended first.
"""

import base64
import fcntl
import os
from pathlib import Path

from clipcause.outputs import remove
from clipcause.session.orphans import end_orphans, orphans

_held: list[int] = []


def recover_from_kill(state: Path = Path(".snakemake"), dryrun: bool = False) -> bool:
    """Clear the locks and half-done outputs of a killed Snakemake; False if another one, or its jobs, are at work here.

    An output that was being written when the process died is deleted, so that it is made again. Jobs of its in SLURM
    are cancelled, but for a dry run, which leaves all as it is while there are any. Raises UserError as `end_orphans`.
    """
    state.mkdir(exist_ok=True)
    descriptor = os.open(state / "clipcause.session", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return False
    _held.append(descriptor)
    if dryrun and orphans(state.resolve().parent):
        return False
    end_orphans(state.resolve().parent)
    for lock in (state / "locks").glob("*.lock"):
        lock.unlink(missing_ok=True)
    marks = state / "incomplete"
    for mark in [file for file in marks.rglob("*") if file.is_file()]:
        if mark.name == "migration_underway":
            continue
        remove(_marked_output(mark.relative_to(marks)))
        mark.unlink(missing_ok=True)
    return True


def _marked_output(mark: Path) -> Path:
    """The output that a mark is about: its name is the path in base64, cut into folders that begin with `@`."""
    encoded = "".join(part.removeprefix("@") for part in mark.parts)
    return Path(base64.urlsafe_b64decode(encoded.encode()).decode())
