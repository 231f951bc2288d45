"""Snakemake's graph of jobs, read: the one place that knows how Snakemake keeps it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clipcause.job.took import Took
from clipcause.rates.measured import Work
from clipcause.rates.quantities import Quantities
from clipcause.rates.work import Described, work_of
from clipcause.session.causes import causes
from clipcause.session.explanation import Planned
from clipcause.session.jobs import Job, names_of, runs_in, seeds_of, step_of, took_of


def _job_of(snakemake_job: Any, quantities: Quantities) -> Job:
    """One job of Snakemake's, and how much work it is with these quantities."""
    rule, outputs = snakemake_job.rule, tuple(map(str, snakemake_job.output))
    gpus, memory = (_number(snakemake_job.resources.get(name)) for name in ("gpu", "mem_mb"))
    return Job(
        number=snakemake_job.jobid,
        step=step_of(rule.name),
        names=names_of(rule.name, snakemake_job.wildcards_dict),
        stage=Path(str(rule.snakefile)).stem,
        outputs=outputs,
        logs=tuple(map(str, snakemake_job.log)),
        threads=int(snakemake_job.threads),
        runs=runs_in(outputs),
        work=_work(snakemake_job, gpus or 0, quantities),
        gpus=gpus or 0,
        memory=memory,
    )


def _work(snakemake_job: Any, gpus: int, quantities: Quantities) -> Work:
    """The work of a job; its step is named as its logs are."""
    rule = snakemake_job.rule.name
    step = Path(str(snakemake_job.log[0])).parts[2].removesuffix(".log") if snakemake_job.log else rule
    return work_of(Described(step, rule, snakemake_job.wildcards_dict, seeds_of(rule), gpus), quantities)


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) else None


def _quantities(workflow: Any) -> Quantities:
    """The counts of the resolved configuration of a workflow, as things stand."""
    return Quantities(workflow.globals["config"])


def to_run(workflow: Any) -> list[Job]:
    """The jobs that will run and make something."""
    quantities = _quantities(workflow)
    return [_job_of(each, quantities) for each in _ordered(workflow) if workflow.dag.needrun(each)]


def kept(workflow: Any) -> list[Job]:
    """The jobs whose outputs are there and stay."""
    quantities = _quantities(workflow)
    return [_job_of(each, quantities) for each in _ordered(workflow) if not workflow.dag.needrun(each)]


def took(workflow: Any) -> list[tuple[Job, Took]]:
    """What jobs took when they last ran, of those whose settings are still the same."""
    found, quantities = [], _quantities(workflow)
    for each in _ordered(workflow):
        record = workflow.persistence.metadata(each.output[0])
        reason = workflow.dag.reason(each)
        if reason.params_changed or reason.missing_output:  # Snakemake keeps records of jobs that failed, too
            continue
        if record and record.starttime and record.endtime:
            job = _job_of(each, quantities)
            found.append((job, took_of(job, record.endtime - record.starttime)))
    return found


def targets(workflow: Any) -> set[str]:
    """The rules and files that were asked for; the default rule if none was."""
    return set(map(str, workflow.dag_settings.targets)) or {str(workflow.default_target)}


def rule_names(workflow: Any) -> list[str]:
    """The names of all rules, of which those without wildcards are targets."""
    return [rule.name for rule in workflow.rules]


def asked_for(workflow: Any) -> set[str]:
    """The outputs of all jobs of the graph, run or not."""
    return {str(output) for job in workflow.dag.jobs for output in job.output}


def studies(workflow: Any) -> list[str]:
    """The studies that are asked for and not finished yet."""
    needed = (each.wildcards_dict.get("study") for each in _ordered(workflow) if workflow.dag.needrun(each))
    return sorted({study for study in needed if study})


def planned(workflow: Any) -> list[Planned]:
    """The jobs that would run, with what causes each and the steps that it only follows."""
    dag, plan, quantities = workflow.dag, [], _quantities(workflow)
    for each in _ordered(workflow):
        if dag.needrun(each):
            before = {step_of(job.rule.name): None for job in dag.dependencies[each] if dag.needrun(job)}
            found = causes(each, dag.reason(each), workflow.persistence)
            plan.append(Planned(_job_of(each, quantities), tuple(found), tuple(sorted(before))))
    return plan


def _ordered(workflow: Any) -> Iterator[Any]:
    """The jobs that make something, in the order of their rules in the Snakefile."""
    place = {rule.name: number for number, rule in enumerate(workflow.rules)}
    jobs = [job for job in workflow.dag.jobs if job.output]
    yield from sorted(jobs, key=lambda job: (place[job.rule.name], str(job.output[0])))
