"""What a job took: the last line of its log, written when it is done.

Snakemake's own benchmark looks at a job every 30 seconds, so what a job computed after the last look is lost there; and
what it took to start, imports above all, can be told only by the job itself. Work begins with the first call of
`work_begins`, which all that reports progress or opens a database does. A job with a model tells as well what
that took, since nothing else, such as decoding images, grows with the model.
"""

import os
import re
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

NUMBER = r"([\d.]+) s"
START = rf"; {NUMBER} and {NUMBER} of these before its work began"
MODEL = rf"; {NUMBER} and {NUMBER} of these in its model"
LINE = re.compile(rf"took {NUMBER}, {NUMBER} of processor time(?:{START})?(?:{MODEL})?")
_IMPORTED = time.monotonic()
_begun: list["Spent"] = []  # when work began; at most one
_in_model: list["Spent"] = []  # in all; at most one


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
    """What a job took altogether, of it before its work began (nothing if not told) and in its model (None)."""

    whole: Spent
    start: Spent = Spent()
    in_model: Spent | None = None


def work_begins() -> None:
    """Say that the job has started and now works; only the first call counts."""
    if not _begun:
        _begun.append(_spent())


def still_starting(share: float) -> None:
    """Say that, of what was spent since work began, this share (0 to 1) was start-up yet: that of a program it ran."""
    if _begun:
        _begun[0] += (_spent() - _begun[0]) * share


@contextmanager
def in_model(threads: int) -> Iterator[None]:
    """Count what is spent inside as spent by a model that computes with so many threads.

    Its processor time is that of the calling thread, times these: what other threads decode meanwhile is not its own.
    """
    began, used = time.monotonic(), time.thread_time()
    yield
    processor = (time.thread_time() - used) * threads * _processes()
    _in_model[:] = [sum(_in_model, Spent(time.monotonic() - began, processor))]


def line() -> str:
    """What this process took so far, to be read back by `read`."""
    told = f"took {_in_seconds(_spent(), ', ')} of processor time"
    if _begun:
        told += f"; {_in_seconds(_begun[0])} of these before its work began"
    if _in_model:
        told += f"; {_in_seconds(_in_model[0])} of these in its model"
    return told


def read(text: str) -> Took | None:
    """Read such a line back; None for any other line."""
    if (found := LINE.fullmatch(text.strip())) is None:
        return None
    numbers = [None if each is None else float(each) for each in found.groups()]
    whole, start, model = (None if numbers[at] is None else Spent(*numbers[at : at + 2]) for at in (0, 2, 4))
    return Took(whole, start or Spent(), model)


def _in_seconds(spent: Spent, between: str = " and ") -> str:
    return f"{spent.seconds:.2f} s{between}{spent.processor_seconds:.2f} s"


def _spent() -> Spent:
    used = (resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    processor = sum(each.ru_utime + each.ru_stime for each in used)
    return Spent(time.monotonic() - _IMPORTED, processor * _processes())


def _processes() -> int:
    """How many processes the job has: those of torchrun, which are alike."""
    return int(os.environ.get("WORLD_SIZE", 1))
