"""The configuration: checked against its schema, every default filled in, every name looked up.

    config.resolve(config) -> the settings that rules read: valid, with defaults, checked
    config.resolve_for_run(config) -> the same, and the files it names exist

What rules ask of a resolved configuration:

    config.plan            -> which runs, seeds and test sets it asks for
    config.collecting      -> the tables and settings that each job of a pool reads
    config.counting        -> whose captions it counts, by which vocabularies
    config.embedding       -> what is embedded, by which model, in which parts; what data cards read
    config.orders          -> what each subset is made from, and the flags that say so
    config.recipes         -> which recipes train, and on what
    config.training        -> what a run reads, and what starts it
    config.evaluating      -> by which readouts, on which test sets, against what a run is measured
    config.comparing       -> what the comparison of a study's arms hangs on
    config.drawing         -> the files beside a study's tables that its figures draw from
    config.published       -> the tables of public models, and whether the report has them
    config.reporting       -> the runs, subsets and pools behind all studies
    config.needs           -> memory, time, GPUs and software of jobs
    config.code            -> which source files a rule's results hang on

Quick to import: the Snakefile does so before every run.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from clipcause.config.claims import claim_key_problems, claim_problems
from clipcause.config.columns import column_problems
from clipcause.config.combinations import combination_problems
from clipcause.config.comparisons import comparison_problems
from clipcause.config.curves import curve_problems
from clipcause.config.defaults import derived, filled
from clipcause.config.layers import refuse_repeated_keys, without_removed
from clipcause.config.objectives import objective_problems
from clipcause.config.paths import path_problems
from clipcause.config.published import published_problems
from clipcause.config.readouts import readout_problems
from clipcause.config.recipes import recipe_problems
from clipcause.config.references import reference_problems
from clipcause.config.robustness import robustness_problems
from clipcause.config.sources import source_problems
from clipcause.config.validate import schema_problems, yaml_problems
from clipcause.errors import UserError


def resolve(config: dict) -> dict:
    """Check a configuration and return it with every key in place; `config` itself is left alone.

    Names set to null are removed, and so are studies that `only` leaves out. Keys stand in the schema's
    order, numbers that may be fractions are floats, and derived keys (`warmup_samples`) are worked out, so
    that two spellings of the same settings resolve alike. Resolving twice changes nothing.

    Raises UserError with one line for the first problem: the key's path, the value found, what is
    allowed and the nearest right name; `(and 2 more)` says how many stand behind it.
    """
    _refuse(yaml_problems(config))
    given = without_removed(config)
    _refuse(schema_problems(given))
    resolved = derived(filled(given))
    _refuse(claim_key_problems(resolved))
    _refuse(reference_problems(resolved))
    resolved = resolved | {"studies": _asked_for(resolved)}
    _refuse(source_problems(resolved))
    checks = (
        column_problems,
        combination_problems,
        published_problems,
        recipe_problems,
        objective_problems,
        comparison_problems,
        robustness_problems,
        readout_problems,
        claim_problems,
        curve_problems,
    )
    _refuse(problem for check in checks for problem in check(resolved))
    return resolved


def resolve_for_run(config: dict) -> dict:
    """Resolve a configuration and make sure that the files it names are there. Raises UserError as does `resolve`."""
    resolved = resolve(config)
    _refuse(path_problems(resolved))
    return resolved


def resolve_or_exit(config: dict, files: Iterable[str | Path] = ()) -> dict:
    """Resolve a configuration for the Snakefile: a wrong one ends the process with its line and status 1.

    `files` are those that it was read from: what stands twice in one of them is wrong as well.
    """
    try:
        refuse_repeated_keys(files)
        return resolve_for_run(config)
    except UserError as error:
        sys.exit(f"error: {error}")


def _asked_for(config: dict) -> dict:
    studies, only = config["studies"], config["only"]
    return studies if only is None else {name: studies[name] for name in studies if name in only}


def _refuse(problems: Iterable[str]) -> None:
    problems = list(dict.fromkeys(problems))  # the contrasts of one group of effects may share a problem
    if problems:
        others = f" (and {len(problems) - 1} more)" if problems[1:] else ""
        raise UserError(f"config: {problems[0]}{others}")
