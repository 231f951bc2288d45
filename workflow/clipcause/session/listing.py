"""A dry run, listed for a program: all jobs behind what was asked for, and the resolved configuration, as JSON."""

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clipcause.files.outputs import write_json
from clipcause.session import graph
from clipcause.session.messages import event_of, nothing_to_do

LISTING = "CLIPCAUSE_LISTING"  # the file to write; set by whoever asks for the list


class Lister:
    """Writes the list once the jobs are known."""

    def __init__(self, workflow: Any, path: Path) -> None:
        self._workflow, self._path = workflow, path

    def hear(self, record: logging.LogRecord) -> None:
        """Write the list when Snakemake tells of its jobs, or that there is nothing to do."""
        if event_of(record) == "run_info" or nothing_to_do(record):
            workflow = self._workflow
            jobs = [(job, to_do) for of, to_do in ((graph.to_run, True), (graph.kept, False)) for job in of(workflow)]
            listed = [asdict(job) | {"to_do": to_do} for job, to_do in jobs]
            write_json(self._path, {"config": workflow.globals["config"], "jobs": listed})
