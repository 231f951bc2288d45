"""A dry run in words: which jobs would run and why, what only follows, and what stays."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from clipcause.session.jobs import Job
from clipcause.session.words import counted, listed


@dataclass(frozen=True)
class Planned:
    """A job that would run: what causes it, and the steps before it that would run as well."""

    job: Job
    causes: tuple[str, ...]
    follows: tuple[str, ...]


def explanation(plan: Sequence[Planned], kept: Sequence[Job], studies: Sequence[str]) -> str:
    """All of `plan` grouped by stage, step and cause, each with the names that are touched; what stays comes last."""
    lines = [_total(plan, kept, studies)]
    stages = dict.fromkeys(each.job.stage for each in plan)
    for stage in stages:
        lines.append(f"  {stage}")
        of_stage = [each for each in plan if each.job.stage == stage]
        for step in dict.fromkeys(each.job.step for each in of_stage):
            lines += _step(step, [each for each in of_stage if each.job.step == step])
    if kept:
        stages = Counter(job.stage for job in kept)
        jobs = listed((f"{stage} {number:,}" for stage, number in stages.items()), most=len(stages))
        lines.append(f"What stays: {counted(len(kept), 'job')} ({jobs})")
    lines.append("This was a dry-run (flag -n): nothing was run, and nothing has changed.")
    return "\n".join(lines)


def _total(plan: Sequence[Planned], kept: Sequence[Job], studies: Sequence[str]) -> str:
    total = f"Would run: {len(plan):,} of {counted(len(plan) + len(kept), 'job')}"
    new, there = sum(each.job.runs for each in plan), sum(job.runs for job in kept)
    if new + there:
        total += f", {new:,} of {counted(new + there, 'run')}"
    return f"{total}, for {listed(studies)}" if studies else total


def _step(step: str, plan: Sequence[Planned]) -> list[str]:
    runs = sum(each.job.runs for each in plan)
    total = f"{counted(len(plan), 'job')}, {counted(runs, 'run')}" if runs else counted(len(plan), "job")
    lines = [f"    {step}: {total}"]
    groups: dict[str, list[str]] = {}
    for each in plan:
        groups.setdefault(_why(each), []).append(each.job.names)
    for why, names in groups.items():
        named = listed(name for name in names if name)
        lines.append(f"      {why}{f': {named}' if named else ''}")
    return lines


def _why(planned: Planned) -> str:
    if planned.causes:
        return "; ".join(planned.causes)
    return f"because of {listed(planned.follows)}" if planned.follows else "what it reads is made anew"
