"""The last words of a run: what is done, what failed and how to go on, or where the report is."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from clipcause.session.jobs import Job
from clipcause.session.overview import Overview
from clipcause.session.words import counted, duration

REPORT = "results/report.html"
NOTHING = "Nothing to be done: all that was asked for is there and up to date."


def nothing_to_do(outputs: set[str]) -> str:
    """What to say when everything is there."""
    return "\n".join([NOTHING, *_where(outputs)])


def success(overview: Overview, outputs: set[str], seconds: float) -> str:
    """The end of a run in which all went well; `outputs` are all that was asked for, made now or before."""
    return "\n".join([f"Done in {duration(seconds)}: {overview.result()}.", *_where(outputs)])


def failure(overview: Overview, seconds: float, command: str, log: str) -> str:
    """The end of a run in which jobs failed, or which was stopped; `command` goes on with it."""
    failed = [overview.jobs[number] for number in sorted(overview.failed)]
    left = len(overview.jobs) - len(overview.done) - len(failed)
    what = f"{counted(len(failed), 'job')} failed" if failed else "Stopped"
    done, not_made = overview.result(), counted(left, "job")
    lines = ["", f"{what} after {duration(seconds)}: {done}, done and kept; {not_made} not made."]
    lines += [f"  failed: {job}{_log(job)}" for job in failed]
    remedy = "Mend what the logs say, then go on" if failed else "Go on"
    lines.append(f"{remedy} where it stopped: {command}")
    if log:
        lines.append(f"All that Snakemake said: {log}")
    return "\n".join(lines)


def _log(job: Job) -> str:
    return f" ({job.logs[0]})" if job.logs else ""


def _where(outputs: set[str]) -> list[str]:
    lines = []
    if verdicts := _verdicts(sorted(output for output in outputs if output.endswith("/claims.json"))):
        lines.append(f"Claims: {verdicts}")
    if REPORT in outputs:
        lines.append(f"Report: {REPORT}")
    return lines


def _verdicts(files: Sequence[str]) -> str:
    """How many claims have which verdict: `2 supported, 1 inconclusive`."""
    verdicts: Counter[str] = Counter()
    for file in files:
        try:
            verdicts.update(claim["verdict"] for claim in json.loads(Path(file).read_text())["claims"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return ", ".join(f"{number} {verdict}" for verdict, number in verdicts.most_common())
