"""Outputs that several working directories share, by Snakemake's `--cache` and a folder of the user's."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from clipcause.errors import CACHE
from clipcause.session.entries import share_whole_entries


def shares_outputs(workflow: Any, sites: Mapping[str, str]) -> bool:
    """Whether this Snakemake was told by `--cache` to share the outputs of the rules that say so.

    It ends here with status 1, before any job has worked for nothing, without a folder to share them in that can be
    written to, and if one of `sites`, which pools are downloaded from, by pool, is a folder: Snakemake knows inputs by
    the digest of a file.
    """
    if workflow.workflow_settings is None or workflow.workflow_settings.cache is None:
        return False
    folder = os.environ.get(CACHE)
    if not folder:
        sys.exit(f"error: --cache needs the environment variable {CACHE}, the path of a folder for outputs to share")
    if not (os.path.isdir(folder) and os.access(folder, os.W_OK)):
        sys.exit(f"error: {CACHE}={folder}: no folder that one can write to; make it, or name another")
    for pool, site in sites.items():
        if os.path.isdir(site):
            sys.exit(
                f"error: pools.{pool}.site: {site} is a folder, of which --cache cannot tell whether it is the same "
                "elsewhere; name a zip of it"
            )
    os.environ[CACHE] = os.path.abspath(folder)  # outputs become links to what is in it
    share_whole_entries()
    return True


def time_no_shared_job(workflow: Any) -> None:
    """Take the benchmarks from the rules whose outputs are shared: Snakemake refuses to time a job that may not run."""
    for rule in workflow.rules:
        if rule.cache and rule.cache.output:
            rule._benchmark = None  # the setter takes only files
