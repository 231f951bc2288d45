"""All checks, and what they find in words."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from clipcause.doctor.finding import OK, PROBLEM, WARNING, Finding, problem

WIDTH = 8  # of a level and of a subject


def examine(snakemake: list[str], cores: int, on_slurm: bool = False) -> Iterator[Finding]:
    """What the configuration needs that Snakemake, started with these words, would run here.

    With a problem of the software, or where Snakemake cannot start, nothing further can be looked at.
    """
    software = list(_software())
    yield from software
    if not any(each.level == PROBLEM for each in software):
        yield from _all_else(snakemake, cores, on_slurm)


def _software() -> Iterator[Finding]:
    """What can be looked at whatever is installed."""
    from clipcause.doctor.software import check_packages, check_python, check_text

    for check in (check_python, check_packages, check_text):
        yield from check()


def _all_else(snakemake: list[str], cores: int, on_slurm: bool) -> Iterator[Finding]:
    from clipcause.doctor.cluster import check_slurm
    from clipcause.doctor.gpus import check_gpus
    from clipcause.doctor.machine import (
        check_disk,
        check_home,
        check_limits,
        check_memory,
        check_results,
        check_temporary,
        check_threads,
    )
    from clipcause.doctor.needs import needs_of
    from clipcause.doctor.network import check_hub, check_names
    from clipcause.errors import UserError
    from clipcause.planning.planned_run import plan_run

    results = Path("results")
    yield from check_results(results)
    home = list(check_home())
    yield from home
    if any(each.level == PROBLEM for each in home):
        return
    try:
        needs = needs_of(plan_run(snakemake, cores))
    except UserError as error:
        yield problem("config", str(error), "mend the configuration")
        return
    yield from check_disk(results, needs.disk, needs.all_of_it)
    yield from check_temporary()
    if not on_slurm:
        yield from check_memory(*needs.memory)
        yield from check_threads(cores)
    yield from check_limits(bool(needs.hosts))
    for pool, (hosts, urls) in needs.hosts.items():
        yield from check_names(pool, hosts, urls)
    if needs.hub:
        yield from check_hub(needs.hub)
    yield from check_gpus(needs.gpus, elsewhere=on_slurm)
    yield from check_slurm(needs.gpus, used=on_slurm)


def tell(findings: Iterable[Finding], say: Callable[[str], None]) -> bool:
    """Say each finding as it comes, and how many there were; whether none was a problem."""
    counts = {OK: 0, WARNING: 0, PROBLEM: 0}
    for each in findings:
        counts[each.level] += 1
        say(f"{each.level:{WIDTH}} {each.subject:{WIDTH}} {each.says}")
        if each.remedy:
            say(f"{'':{2 * WIDTH + 1}} -> {each.remedy}")
    say(f"{counts[PROBLEM]} problems, {counts[WARNING]} warnings, {counts[OK]} ok")
    return not counts[PROBLEM]
