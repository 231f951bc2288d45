"""Whether a run is followed for a person, or Snakemake speaks itself."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

from clipcause.errors import UserError
from clipcause.job.command import TERMINAL
from clipcause.session.clock import date_back
from clipcause.session.dry_run import Explainer
from clipcause.session.follow import Follower
from clipcause.session.graph import rule_names
from clipcause.session.listener import Listener
from clipcause.session.listing import LISTING, Lister
from clipcause.session.messages import Messages
from clipcause.session.recover import recover_from_kill
from clipcause.session.scheduler import start_jobs_at_once
from clipcause.session.silence import outlast_silence
from clipcause.session.terminal import Terminal


def begin(workflow: Any) -> None:
    """Clear what a killed Snakemake left here; then, unless Snakemake is to speak itself, follow the run for a person.

    `workflow` is Snakemake's. In a Snakemake that a cluster started for one job, and with `--verbose`,
    `--printshellcmds`, `--debug-dag` or `--quiet all`, Snakemake and the jobs write as they do without us.
    """
    os.environ.pop(TERMINAL, None)
    if not workflow.is_main_process:
        return
    if {"{", "}"} & set(str(workflow.basedir)):
        sys.exit(f"error: {workflow.basedir}: Snakemake takes the braces in this path for wildcards; rename the folder")
    logger, settings = logging.getLogger("snakemake.logging"), workflow.output_settings
    if settings.dryrun and (listing := os.environ.pop(LISTING, None)):
        logger.addHandler(Listener(Lister(workflow, Path(listing)).hear))
        return
    try:
        if recover_from_kill(dryrun=settings.dryrun) and not settings.dryrun:
            date_back()
    except UserError as error:
        sys.exit(f"error: {error}")
    start_jobs_at_once()
    outlast_silence()
    loud = settings.verbose or settings.printshellcmds or settings.debug_dag
    quiet = {each.name for each in settings.quiet or ()}
    if loud or "ALL" in quiet or (settings.dryrun and quiet):
        return
    for handler in logger.handlers:
        if handler.name == "DefaultStreamHandler":
            terminal = Terminal(handler.stream)
            handler.addFilter(Messages(terminal, settings.dryrun, lambda: rule_names(workflow)))
            if settings.dryrun:
                logger.addHandler(Listener(Explainer(workflow, terminal).hear))
            else:
                follower = Follower(workflow, terminal, "PROGRESS" not in quiet)
                logger.addHandler(Listener(follower.hear, follower.end))
            return
