"""A dry run, followed: the plan is explained in place of Snakemake's reasons."""

import logging
from typing import Any

from clipcause.session import endings, graph
from clipcause.session.explanation import explanation
from clipcause.session.messages import event_of, nothing_to_do
from clipcause.session.terminal import Terminal


class Explainer:
    """Explains a dry run after Snakemake's table of its jobs."""

    def __init__(self, workflow: Any, terminal: Terminal) -> None:
        self._workflow, self._terminal, self._explained = workflow, terminal, False

    def hear(self, record: logging.LogRecord) -> None:
        """Explain once the jobs are known."""
        if event_of(record) == "run_info" and not self._explained:
            self._explained = True
            workflow = self._workflow
            plan, kept = graph.planned(workflow), graph.kept(workflow)
            self._terminal.say(explanation(plan, kept, graph.studies(workflow)))
        elif nothing_to_do(record):
            self._terminal.say(endings.nothing_to_do(graph.asked_for(self._workflow)))
