"""Why Snakemake would run a job, in words: what was edited, from what to what, and which files are new or gone."""

from typing import Any

from clipcause.session.edits import edits
from clipcause.session.words import listed

PACKAGE_FOLDER = "workflow/"


def causes(job: Any, reason: Any, persistence: Any) -> list[str]:
    """What makes a job run by itself; empty if it only follows others whose outputs it reads.

    `reason` is Snakemake's for this job. What was edited since the outputs were made is told from
    Snakemake's records of them, where they hold it.
    """
    found = []
    if reason.forced:
        found.append("you force it")
    if reason.incomplete_output:
        found.append("it was stopped half-way")
    if reason.missing_output:
        made_once = any(persistence.metadata(output) is not None for output in reason.missing_output)
        if not made_once and not found:
            return ["not made yet"]  # what it reads is new to it, whatever Snakemake says of that
        found.append("it failed the last time, or its outputs are gone" if made_once else "not made yet")
    code = set(job.input.get("code") or ())
    updated = sorted(str(file) for file in reason.updated_input - reason.updated_input_run)
    if edited := [_module(file) for file in updated if file in code]:
        found.append(f"code was edited ({listed(edited)})")
    if changed := [file for file in updated if file not in code]:
        found.append(f"inputs changed ({listed(changed)})")
    if reason.params_changed:
        found += edits(
            {name: _plain(value) for name, value in job.params.items()},
            [record for output in job.output for record in persistence.params(output) or ()],
            job.wildcards_dict,
        )
    if reason.input_changed and not reason.params_changed:  # what an edit makes a job read is no cause of its own
        found.append(_other_inputs(_recorded_inputs(job, persistence), set(map(str, job.input)), code))
    if reason.code_changed:
        found.append("the rule itself was edited")
    if reason.software_stack_changed:
        found.append("the definition of its software environment was edited")
    return found


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value


def _recorded_inputs(job: Any, persistence: Any) -> set[str]:
    return {file for output in job.output for file in persistence.input(output) or ()}


def _other_inputs(before: set[str], now: set[str], code: set[str]) -> str:
    """Which files a job reads that it did not, and the other way round; of source files only that they did."""
    words = []
    for verb, files in (("now reads", now - before), ("no longer reads", before - now)):
        data = sorted(file for file in files if file not in code and not _is_code(file))
        if data:
            words.append(f"{verb} {listed(data, most=2)}")
    return ", ".join(words) or "it hangs on other source files than before"


def _is_code(file: str) -> bool:
    return file.endswith(".py") and PACKAGE_FOLDER in file


def _module(file: str) -> str:
    """`workflow/clipcause/training/loop.py` -> `clipcause.training.loop`; other files keep their path."""
    inside = file.rpartition(PACKAGE_FOLDER)[2]
    return inside.removesuffix(".py").replace("/", ".") if _is_code(file) else file
