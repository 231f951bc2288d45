"""Outputs that several working directories share, by Snakemake's `--cache` and a folder of the user's."""

import os
import sys
from typing import Any

FOLDER = "SNAKEMAKE_OUTPUT_CACHE"


def shares_outputs(workflow: Any) -> bool:
    """Whether this Snakemake was told by `--cache` to share the outputs of the rules that say so.

    Without a folder to share them in that can be written to, it ends here with status 1, before any job has worked for
    nothing.
    """
    if workflow.workflow_settings is None or workflow.workflow_settings.cache is None:
        return False
    folder = os.environ.get(FOLDER)
    if not folder:
        sys.exit(f"error: --cache needs the environment variable {FOLDER}, the path of a folder for outputs to share")
    if not (os.path.isdir(folder) and os.access(folder, os.W_OK)):
        sys.exit(f"error: {FOLDER}={folder}: no folder that one can write to; make it, or name another")
    return True


def time_no_shared_job(workflow: Any) -> None:
    """Take the benchmarks from the rules whose outputs are shared: Snakemake refuses to time a job that may not run."""
    for rule in workflow.rules:
        if rule.cache and rule.cache.output:
            rule._benchmark = None  # the setter takes only files
