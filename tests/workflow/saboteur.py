"""Kills a job in the midst of its writing.

A test puts this file into a checkout as `workflow/sitecustomize.py`, so that every Python of a job loads it. The
variable `CLIPCAUSE_SABOTAGE` says, as JSON, which `command` is to die (`pools download`), at which of the files that it
writes (`number`, from 0), how many seconds after that file was begun (`delay`; at the latest just before it would get
its name), `whom` the signal hits (job, snakemake, group), and the file (`ledger`) that tells what happened.
"""

import json
import os
import re
import signal
import sys
import threading
import time

TEMPORARY = re.compile(rf"\.[^/]+\.{os.getpid()}\.part(\.\w+)?")  # what `files.outputs.whole` calls what it writes
REMOVED, RENAMED = "os.remove", "os.rename"  # what Python's audit calls them


class Saboteur:
    """Hears of each file that is begun or gets its name, and strikes."""

    def __init__(self, command: str, number: int, delay: float, whom: str, ledger: str) -> None:
        self._command, self._left, self._delay, self._whom, self._ledger = command, number, delay, whom, ledger
        self._open: set[str] = set()
        self._victim: str | None = None
        self._striking, self._struck = threading.Lock(), False

    def hear(self, event: str, arguments: tuple) -> None:
        """A file is begun where `whole` removes an older one of its temporary name; it removes it again at its end."""
        if event not in (REMOVED, RENAMED) or not isinstance(arguments[0], str | os.PathLike):
            return
        path = os.fspath(arguments[0])
        if not TEMPORARY.fullmatch(os.path.basename(path)):
            return
        if event == RENAMED:
            if path == self._victim:
                self._strike(path)
        elif path in self._open:
            self._open.remove(path)
        else:
            self._open.add(path)
            self._left -= 1
            if self._left < 0 and self._victim is None:
                self._victim = path
                threading.Thread(target=self._strike_soon, args=[path], daemon=True).start()

    def _strike_soon(self, path: str) -> None:
        while not os.path.lexists(path):
            time.sleep(0.0005)
        time.sleep(self._delay)
        self._strike(path)

    def _strike(self, path: str) -> None:
        with self._striking:
            snakemake = _snakemake()
            if self._struck or snakemake is None:  # another job has killed it; this one goes on, an orphan
                return
            self._struck = True
            told = {"command": self._command, "whom": self._whom, "path": os.path.abspath(path), "pid": os.getpid()}
            told["begun"] = os.path.lexists(path)
            with open(self._ledger, "a", encoding="utf-8") as ledger:
                ledger.write(json.dumps(told) + "\n")
            if self._whom == "group":
                os.killpg(os.getpgid(snakemake), signal.SIGKILL)
            os.kill(snakemake if self._whom == "snakemake" else os.getpid(), signal.SIGKILL)


def _snakemake() -> int | None:
    """The process id of the Snakemake that this job belongs to, if it lives."""
    process = os.getpid()
    while process > 1:
        with open(f"/proc/{process}/stat", encoding="utf-8") as file:
            process = int(file.read().rpartition(")")[2].split()[1])
        with open(f"/proc/{process}/cmdline", encoding="utf-8") as file:
            if "snakemake" in file.read().split("\0"):
                return process
    return None


def main() -> None:
    order = json.loads(os.environ.get("CLIPCAUSE_SABOTAGE", "null"))
    if order is not None:
        module, command = order["command"].split()
        if f"clipcause.{module}" in sys.orig_argv and command in sys.orig_argv:
            sys.addaudithook(Saboteur(**order).hear)


main()
