"""What a job took: the last line of its log, written when it is done.

Snakemake's own benchmark looks at a job every 30 seconds, so what a job computed after the last look is lost there; and
what it took to start, imports above all, can be told only by the job itself. Work begins with the first call of
`work_begins`, which all that reports progress or opens a database does.
"""

import os
import re
import resource
import time
from dataclasses import dataclass

NUMBER = r"([\d.]+) s"
START = rf"; {NUMBER} and {NUMBER} of these before its work began"
LINE = re.compile(rf"took {NUMBER}, {NUMBER} of processor time(?:{START})?")
_IMPORTED = time.monotonic()
_begun: list["Spent"] = []  # when work began; at most one


@dataclass(frozen=True)
class Spent:
    """Wall and processor seconds, these of all processes of a job together."""

    seconds: float = 0.0
    processor_seconds: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.seconds + other.seconds, self.processor_seconds + other.processor_seconds)

    def __sub__(self, other: "Spent") -> "Spent":
        """What is left; never less than nothing."""
        seconds = max(self.seconds - other.seconds, 0.0)
        return Spent(seconds, max(self.processor_seconds - other.processor_seconds, 0.0))

    def __mul__(self, factor: float) -> "Spent":
        return Spent(self.seconds * factor, self.processor_seconds * factor)


@dataclass(frozen=True)
class Took:
    """What a job took altogether, and of it before its work began: nothing if it did not tell."""

    whole: Spent
    start: Spent = Spent()


def work_begins() -> None:
    """Say that the job has started and now works; only the first call counts."""
    if not _begun:
        _begun.append(_spent())


def still_starting(share: float) -> None:
    """Say that, of what was spent since work began, this share (0 to 1) was start-up yet: that of a program it ran."""
    if _begun:
        _begun[0] += (_spent() - _begun[0]) * share


def line() -> str:
    """What this process took so far, to be read back by `read`."""
    whole = _spent()
    told = f"took {whole.seconds:.2f} s, {whole.processor_seconds:.2f} s of processor time"
    if not _begun:
        return told
    start = _begun[0]
    return f"{told}; {start.seconds:.2f} s and {start.processor_seconds:.2f} s of these before its work began"


def read(text: str) -> Took | None:
    """Read such a line back; None for any other line."""
    if (found := LINE.fullmatch(text.strip())) is None:
        return None
    seconds, processor, start, start_processor = (float(each or 0) for each in found.groups())
    return Took(Spent(seconds, processor), Spent(start, start_processor))


def _spent() -> Spent:
    used = (resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    processor = sum(each.ru_utime + each.ru_stime for each in used)
    processes = int(os.environ.get("WORLD_SIZE", 1))  # torchrun's, which are alike
    return Spent(time.monotonic() - _IMPORTED, processor * processes)
