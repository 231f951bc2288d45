"""Jobs that a signal ended, as of those that the operating system kills for their memory: their logs cannot say so."""

import re
import signal

DIED = re.compile(r"died with <Signals\.(\w+): \d+>|returned non-zero exit status (\d+)\.")
HINTS = {"SIGKILL": "; if nobody did, memory ran out: fewer --cores, or smaller batches"}


def death(text: str) -> str | None:
    """`killed by SIGKILL`, and what to do, from what Snakemake says of a command that failed; None if no signal did it.

    A shell tells of its last command's signal by an exit status of 128 and more.
    """
    if (found := DIED.search(text)) is None:
        return None
    name = found[1] or _name(int(found[2]) - 128)
    return f"killed by {name}{HINTS.get(name, '')}" if name else None


def _name(number: int) -> str | None:
    try:
        return signal.Signals(number).name
    except ValueError:
        return None
