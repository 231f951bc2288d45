"""Snakemake starts again after a kill, by the same command.

A Snakemake that was killed leaves its lock and marks of the outputs it was writing, and the next one
refuses to start. Here each Snakemake shares in a lock of the operating system's as long as its process
lives. Whoever gets that lock alone knows that no other is alive, and clears what a dead one left. Network file
systems may hide the locks of other machines: there nothing is cleared that another machine may have left. Jobs of
a dead one may live on in SLURM: they are ended first.
"""

import base64
import contextlib
import fcntl
import os
import socket
import time
from pathlib import Path

import psutil

from clipcause.files.outputs import remove
from clipcause.session.orphans import end_orphans, orphans

NETWORK = ("nfs", "lustre", "gpfs", "beegfs", "ceph", "cifs", "smb", "glusterfs", "panfs", "sshfs", "9p")

_held: list[int] = []


def recover_from_kill(state: Path = Path(".snakemake"), dryrun: bool = False) -> bool:
    """Clear the locks and half-done outputs of killed Snakemakes; False if another one, or its jobs, are at work here.

    An output that was being written when the process died is deleted, so that it is made again. This one counts as
    alive until its process ends, but for a dry run. Jobs of dead ones in SLURM are cancelled, but by a dry run, which
    leaves all as it is while there are any. Raises UserError as `end_orphans`.
    """
    state.mkdir(exist_ok=True)
    session = state / "clipcause.session"
    descriptor = os.open(session, os.O_CREAT | os.O_RDWR)
    alone = _alone(descriptor) and not _of_another_machine(state, session)
    if alone and dryrun and orphans(state.resolve().parent):
        alone = False
    if alone:
        end_orphans(state.resolve().parent)
        _clear(state)
        session.write_text(socket.gethostname())
    if not dryrun:
        with contextlib.suppress(OSError):  # a file system without such locks
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        _held.append(descriptor)
    else:
        os.close(descriptor)
    return alone


def _alone(descriptor: int) -> bool:
    for wait in (0.0, 0.1, 0.4):  # a dry run has it for a moment
        time.sleep(wait)
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    return False


def _of_another_machine(state: Path, session: Path) -> bool:
    """Whether the locks here may be those of a Snakemake on another machine, which may be alive."""
    locked = any((state / "locks").glob("*.lock"))
    return locked and session.read_text() not in ("", socket.gethostname()) and _on_network(state)


def _on_network(folder: Path) -> bool:
    mounts = {Path(each.mountpoint): each.fstype for each in psutil.disk_partitions(all=True)}
    kind = next((mounts[place] for place in [folder.absolute(), *folder.absolute().parents] if place in mounts), "")
    return kind.removeprefix("fuse.").startswith(NETWORK)


def _clear(state: Path) -> None:
    for lock in (state / "locks").glob("*.lock"):
        lock.unlink(missing_ok=True)
    marks = state / "incomplete"
    for mark in [file for file in marks.rglob("*") if file.is_file()]:
        if mark.name == "migration_underway":
            continue
        remove(_marked_output(mark.relative_to(marks)))
        mark.unlink(missing_ok=True)


def _marked_output(mark: Path) -> Path:
    """The output that a mark is about: its name is the path in base64, cut into folders that begin with `@`."""
    encoded = "".join(part.removeprefix("@") for part in mark.parts)
    return Path(base64.urlsafe_b64decode(encoded.encode()).decode())
