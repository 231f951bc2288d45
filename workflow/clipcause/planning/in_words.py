"""A plan in words, for a person before a run."""

from collections.abc import Mapping, Sequence

from clipcause.planning.detectable import Detectable
from clipcause.planning.estimate import HOUR, Plan, Stage
from clipcause.planning.planned_run import PlannedRun
from clipcause.session.words import counted, duration

HOLDS = {
    "pools": "images and their index",
    "embeddings": "vectors",
    "subsets": "manifests and data cards",
    "training": "models",
    "evaluation": "features and answers",
}
HEADING = ("stage", "jobs", "left", "wall time", "processor", "GPU", "on disk", "")


def in_words(run: PlannedRun) -> str:
    """The whole plan."""
    totals = _totals(run.plan, run.prices, run.measured_on)
    return "\n".join([*_stages(run.plan), "", *totals, "", *_claims(run.claims)])


def _stages(plan: Plan) -> list[str]:
    rows = [HEADING, *(_row(stage) for stage in plan.stages)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADING) - 1)]
    lines = []
    for row in rows:
        cells = [
            row[0].ljust(widths[0]),
            *(each.rjust(width) for each, width in zip(row[1:-1], widths[1:], strict=True)),
        ]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return lines


def _row(stage: Stage) -> tuple[str, ...]:
    known = stage.known
    over = "over " if stage.unknown and known else ""

    def time(seconds: float) -> str:
        if not stage.to_do:
            return "-"
        return f"{over}{duration(seconds)}" if known else "?"

    gpu = time(stage.gpu) if stage.gpu else "-"
    size = f"{over}{bytes_in_words(stage.written)}" if stage.written or known or not stage.to_do else "?"
    return (
        *(stage.name, f"{stage.jobs:,}", f"{stage.to_do:,}"),
        *(time(stage.seconds), time(stage.processor), gpu, size, HOLDS.get(stage.name, "")),
    )


def _totals(plan: Plan, prices: Mapping[str, float | None], measured_on: str) -> list[str]:
    left = sum(stage.to_do for stage in plan.stages)
    if left and not any(stage.known for stage in plan.stages):
        lines = [f"Left: {counted(left, 'job')}; none like them was timed, so time, bytes and money are not known"]
        return lines + _by_what(plan, measured_on)
    over = "" if plan.whole else "over "
    core, gpu = (sum(getattr(stage, key) for stage in plan.stages) / HOUR for key in ("core", "gpu"))
    lines = [f"Left: {counted(left, 'job')}, {over}{duration(plan.seconds)} on {counted(plan.cores, 'core')}"]
    lines[0] += f": {core:,.2f} core hours" + (f", {gpu:,.2f} GPU hours" if gpu else "")
    lines.append(f"On disk in the end: {over}{bytes_in_words(sum(stage.written for stage in plan.stages))}")
    money = plan.money(prices)
    lines.append(
        "Money: no price is given (planning.core_hour, planning.gpu_hour)"
        if money is None
        else f"Money: {over}{money:,.2f}, at the prices given"
    )
    return lines + _by_what(plan, measured_on)


def _by_what(plan: Plan, measured_on: str) -> list[str]:
    return [
        f"Rates: {measured_on}",
        *_listed("Not in these sums", [stage.unknown for stage in plan.stages]),
        *_listed("Taken from jobs that are not quite the same", [stage.by for stage in plan.stages]),
    ]


def _listed(title: str, several: Sequence[Mapping[str, int]]) -> list[str]:
    counts = {name: number for each in several for name, number in each.items()}
    return [f"{title}:", *(f"  {name} ({counted(number, 'job')})" for name, number in counts.items())] if counts else []


def _claims(claims: Sequence[Detectable]) -> list[str]:
    if not claims:
        return ["There is no claim whose arms are all here."]
    lines = ["What the claims can show, with a power of 80 %:"]
    for each in claims:
        lines.append(f"  {each.study}/{each.claim} ({each.measure}, {each.expect} {each.margin:g})")
        if each.smallest is None:
            lines.append(f"    not known: {each.reason}")
            continue
        above, about = each.expect == "above", f" ({each.reason})" if each.reason else ""
        what = "effects of at least" if above else "a true zero, within a margin of at least"
        lines.append(f"    {what} {each.smallest:.3g}{about}")
        if each.seeds is not None:
            lines.append(
                f"    with {each.seeds} seeds, " + ("an effect of twice the margin" if above else "within its margin")
            )
        elif not each.reason and each.margin:
            what = "effects of twice the margin" if above else "within its margin"
            lines.append(f"    {what} with no number of seeds up to 100; larger test sets might do")
    return lines


def bytes_in_words(number: float) -> str:
    """`512 B`, `3.4 MB`, `1.2 TB`."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1000 or unit == "TB":
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    raise AssertionError
