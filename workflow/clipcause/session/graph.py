"""Snakemake's graph of jobs, read: the one place that knows how Snakemake keeps it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clipcause.session.causes import causes
from clipcause.session.explanation import Planned
from clipcause.session.jobs import Job, names_of, runs_in, size_of, step_of


def job_of(snakemake_job: Any) -> Job:
    """One job of Snakemake's."""
    rule, outputs = snakemake_job.rule, tuple(map(str, snakemake_job.output))
    runs = runs_in(outputs)
    return Job(
        number=snakemake_job.jobid,
        step=step_of(rule.name),
        names=names_of(rule.name, snakemake_job.wildcards_dict),
        stage=Path(str(rule.snakefile)).stem,
        outputs=outputs,
        logs=tuple(map(str, snakemake_job.log)),
        threads=int(snakemake_job.threads),
        runs=runs,
        size=size_of(runs, dict(snakemake_job.params.items())),
    )


def to_run(workflow: Any) -> list[Job]:
    """The jobs that will run and make something."""
    return [job_of(each) for each in _ordered(workflow) if workflow.dag.needrun(each)]


def kept(workflow: Any) -> list[Job]:
    """The jobs whose outputs are there and stay."""
    return [job_of(each) for each in _ordered(workflow) if not workflow.dag.needrun(each)]


def took(workflow: Any) -> list[tuple[Job, float]]:
    """The seconds that jobs took when they last ran, of those whose settings are still the same."""
    found = []
    for each in _ordered(workflow):
        record = workflow.persistence.metadata(each.output[0])
        reason = workflow.dag.reason(each)
        if reason.params_changed or reason.missing_output:  # Snakemake keeps records of jobs that failed, too
            continue
        if record and record.starttime and record.endtime:
            found.append((job_of(each), record.endtime - record.starttime))
    return found


def asked_for(workflow: Any) -> set[str]:
    """The outputs of all jobs of the graph, run or not."""
    return {str(output) for job in workflow.dag.jobs for output in job.output}


def studies(workflow: Any) -> list[str]:
    """The studies that are asked for and not finished yet."""
    needed = (each.wildcards_dict.get("study") for each in _ordered(workflow) if workflow.dag.needrun(each))
    return sorted({study for study in needed if study})


def planned(workflow: Any) -> list[Planned]:
    """The jobs that would run, with what causes each and the steps that it only follows."""
    dag, plan = workflow.dag, []
    for each in _ordered(workflow):
        if dag.needrun(each):
            before = {step_of(job.rule.name): None for job in dag.dependencies[each] if dag.needrun(job)}
            found = causes(each, dag.reason(each), workflow.persistence)
            plan.append(Planned(job_of(each), tuple(found), tuple(sorted(before))))
    return plan


def _ordered(workflow: Any) -> Iterator[Any]:
    """The jobs that make something, in the order of their rules in the Snakefile."""
    place = {rule.name: number for number, rule in enumerate(workflow.rules)}
    jobs = [job for job in workflow.dag.jobs if job.output]
    yield from sorted(jobs, key=lambda job: (place[job.rule.name], str(job.output[0])))
