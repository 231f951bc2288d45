"""A run's state directory: a lock, the last checkpoint while it trains, the finished run afterwards.

Snakemake deletes the outputs of a job that fails, so what a run needs to go on lives here, under a name made of all
that decides its result (settings, seed, manifest, code). A job that is repeated takes the finished run from here.
Of the states that lie behind one output, as settings and code change, the last few are kept: disk use is bounded.
"""

import fcntl
import hashlib
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, read_json, remove, whole, write_text
from clipcause.job.command import log
from clipcause.models.trained import WEIGHTS

_DIGEST_BYTES = 32
RUN = "run.json"  # written last: its presence says that a run is done
KEPT = 3  # states of one output: an edit and its reversal train nothing again
OUTPUT = "output"  # the file in a state that names the folder its run was last trained for or written to


class RunState:
    """One run's state directory, used by one process at a time (see `locked_state`)."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._run = directory, directory.name
        self._checkpoint = directory / "checkpoint.pt"
        self._finished = directory / "finished"

    def trained_for(self, output: Path) -> None:
        """Note the folder that the run is for, finished or not; older states of it are deleted, but a few."""
        write_text(self._directory / OUTPUT, str(output))
        _delete_older(self._directory, str(output))

    def save_checkpoint(self, snapshot: dict) -> None:
        """Replace the checkpoint, whole or not at all: a SHA-256, then torch's file of the snapshot."""
        content = io.BytesIO()
        torch.save({"run": self._run, **snapshot}, content)
        with whole(self._checkpoint) as temporary, temporary.open("wb") as file:
            file.write(hashlib.sha256(content.getbuffer()).digest())
            file.write(content.getbuffer())

    def load_checkpoint(self) -> dict | None:
        """The last snapshot, or None if there is none, or (with a warning) one that is damaged.

        Raises UserError for one of another run, of other settings, manifests or code, which only a hand can put here.
        """
        try:
            content = self._checkpoint.read_bytes()
        except FileNotFoundError:
            return None
        digest, content = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(content).digest() == digest:
            snapshot = torch.load(io.BytesIO(content), weights_only=True)
            if (run := snapshot.pop("run")) != self._run:
                raise UserError(
                    f"{self._checkpoint}: is a checkpoint of another run ({run}), of other settings, samples or code; "
                    "delete it to train this one from the first step"
                )
            return snapshot
        log.warning("%s: damaged; ignored, training starts at the first step", self._checkpoint)
        return None

    @contextmanager
    def finishing(self) -> Iterator[Path]:
        """Yield an empty directory for the files of the finished run; kept whole, and the checkpoint goes."""
        with whole(self._finished) as temporary:
            temporary.mkdir()
            yield temporary
        remove(self._checkpoint)

    def is_finished(self) -> bool:
        """Whether the finished run is here, with the very weights that its record names, and its JSON readable."""
        if not self._finished.exists():
            return False
        try:
            records = {path.name: read_json(path) for path in self._finished.glob("*.json")}
            if records[RUN]["model_digest"] == file_digest(self._finished / WEIGHTS):
                return True
        except (OSError, ValueError, KeyError):
            pass
        log.warning("%s: this finished run is damaged; ignored, training starts at the first step", self._finished)
        return False

    def emit(self, output: Path) -> None:
        """Make the files of the finished run appear in `output`, the record last: hard links, or copies elsewhere."""
        remove(output / RUN)
        files = sorted(self._finished.iterdir(), key=lambda path: (path.name == RUN, path.name))
        for path in files:
            with whole(output / path.name) as temporary:
                try:
                    os.link(path, temporary)
                except OSError:
                    shutil.copyfile(path, temporary)
            os.utime(output / path.name)
        self.trained_for(output)


@contextmanager
def locked_state(directory: str | Path) -> Iterator[RunState]:
    """A run's state for this process alone; another process that wants it waits, and then finds it finished."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info("%s: another process trains this run; waiting for it", directory)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield RunState(directory)


def _delete_older(current: Path, output: str) -> None:
    """Delete the states beside `current` that are of the same output, but for the last of them."""
    others = [each for each in current.parent.iterdir() if each != current and _output(each) == output]
    others.sort(key=lambda state: (state / OUTPUT).stat().st_mtime_ns, reverse=True)
    for state in others[KEPT - 1 :]:
        with (state / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # in use
            remove(state)


def _output(state: Path) -> str | None:
    try:
        return (state / OUTPUT).read_text(encoding="utf-8")
    except OSError:
        return None
