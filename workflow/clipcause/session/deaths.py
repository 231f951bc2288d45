"""Jobs that a signal or a cluster ended, as for their memory or at their time limit: their logs cannot say so."""

import re
import signal

DIED = re.compile(r"died with <Signals\.(\w+): \d+>|returned non-zero exit status (\d+)\.")
# What SLURM's plugin adds to the state in which a job ended.
ELSEWHERE = re.compile(r" ?(Detailed failure reason unavailable \(.*?\)\. ?)?For further error details see .*", re.S)
HINTS = {"SIGKILL": "; if nobody did, memory ran out: fewer --cores, or smaller batches"}


def death(text: str) -> str | None:
    """`killed by SIGKILL`, and what to do, from what Snakemake says of a command that failed; None if no signal did it.

    A shell tells of its last command's signal by an exit status of 128 and more.
    """
    if (found := DIED.search(text)) is None:
        return None
    name = found[1] or _name(int(found[2]) - 128)
    return f"killed by {name}{HINTS.get(name, '')}" if name else None


def death_on_cluster(told: str | None) -> str:
    """What a cluster says of a job's end, without where else to look; empty if it says nothing."""
    return ELSEWHERE.sub("", told or "").strip()


def _name(number: int) -> str | None:
    try:
        return signal.Signals(number).name
    except ValueError:
        return None
