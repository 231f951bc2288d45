"""A run, followed through what Snakemake logs, and told in other words on the terminal."""

import logging
import os
import signal
import sys
import threading
import time
from typing import Any

from clipcause.job.command import TERMINAL
from clipcause.session import endings, graph
from clipcause.session.command_line import cluster_options
from clipcause.session.deaths import death, death_on_cluster
from clipcause.session.failures import Failures
from clipcause.session.jobs import Job
from clipcause.session.logs import last_progress
from clipcause.session.messages import event_of, nothing_to_do
from clipcause.session.overview import Overview
from clipcause.session.terminal import Terminal

PRINTED = {"plan", "rates", "doctor"}  # targets that print for a person what they have to say
SIGNAL_DELAY = 1.0  # seconds in which Ctrl-C, if it ended a job, has reached Snakemake as well


class Follower:
    """Shows how a run goes on, tells of jobs that fail, and has the last word."""

    def __init__(self, workflow: Any, terminal: Terminal, progress: bool) -> None:
        self._workflow, self._terminal, self._progress = workflow, terminal, progress
        self._began, self._since = time.monotonic(), {}
        self._deaths: dict[str, str] = {}  # what Snakemake said of a command that a signal ended -> that in words
        self._overview: Overview | None = None  # None where all that is asked for prints what it has to say
        self._failures: Failures | None = None
        self._ended = threading.Event()
        self._following = threading.Lock()  # the overview is read by one thread and written by another
        self._stopping = threading.Event()
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored, as in the background
            signal.signal(signal.SIGINT, self._interrupted)
        if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # a terminal that is closed: no job outlives Snakemake
            signal.signal(signal.SIGHUP, lambda number, frame: signal.raise_signal(signal.SIGTERM))
        workflow.onsuccess(lambda log: self._succeed())
        workflow.onerror(lambda log: self._fail(log))

    def hear(self, record: logging.LogRecord) -> None:
        """Keep account of the jobs."""
        event = event_of(record)
        if event == "run_info":
            self._plan()
        elif nothing_to_do(record):
            self._terminal.say(endings.nothing_to_do(graph.asked_for(self._workflow)))
        elif self._overview is not None:
            self._follow(record, event)

    def _follow(self, record: logging.LogRecord, event: str | None) -> None:
        match event:
            case "job_info":
                with self._following:
                    self._since[record.jobid] = time.time()
                    self._overview.started(record.jobid, time.monotonic())
            case "job_finished":
                with self._following:
                    self._overview.finished(record.job_id, time.monotonic())
            case "job_error":
                self._tell(record)
            case "error" if found := death(str(record.msg)):
                self._deaths[str(record.msg)] = found

    def _plan(self) -> None:
        workflow = self._workflow
        if graph.targets(workflow) <= PRINTED:
            return
        jobs, there = graph.to_run(workflow), sum(job.runs for job in graph.kept(workflow))
        cores = workflow.cores if workflow.local_exec else None
        self._overview = Overview(jobs, there, graph.studies(workflow), cores, graph.took(workflow))
        given = workflow.config_settings
        machines = ("--cores", "all") if workflow.local_exec else cluster_options(sys.argv[1:])
        self._failures = Failures(given.configfiles, given.config, workflow.dag_settings.targets, machines)
        os.environ[TERMINAL] = "1"
        if self._progress:
            self._show()
            threading.Thread(target=self._keep_showing, daemon=True).start()

    def _keep_showing(self) -> None:
        while not self._ended.wait(self._terminal.interval):
            self._show()

    def _show(self) -> None:
        """Show how things stand."""
        with self._following:
            began = {number: self._since[number] for number in self._overview.running}
        jobs = self._overview.jobs
        reported = {number: last_progress(jobs[number].logs, since) for number, since in began.items()}
        with self._following:
            line = self._overview.line(time.monotonic(), {job: of for job, of in reported.items() if of})
            if not self._ended.is_set():
                self._terminal.status(line)

    def _interrupted(self, number: int, frame: object) -> None:
        """Ctrl-C reaches the jobs as well: they stop, and none of them has failed. After the last words it ends all."""
        if self._ended.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self._stopping.set()
        signal.default_int_handler(number, frame)

    def _tell(self, record: logging.LogRecord) -> None:
        stopping = self._stopping.wait(SIGNAL_DELAY)
        with self._following:
            self._overview.stopped(record.jobid, failed=not stopping)
            if stopping:
                return
            job = self._overview.jobs.get(record.jobid) or Job(record.jobid, record.rule_name, "")
        logs = [*job.logs, *(log for log in record.log if log not in job.logs)]
        since = self._since.get(record.jobid, 0.0)
        died = (words for said, words in self._deaths.items() if record.shellcmd and record.shellcmd.strip() in said)
        told = self._failures.told(
            job,
            logs,
            record.shellcmd,
            since,
            why=death_on_cluster(record.rule_msg) or next(died, ""),
            loud=self._terminal.loud,
            environment=record.conda_env,
        )
        self._terminal.say(told)

    def _succeed(self) -> None:
        self.end()
        if self._overview is None:
            return
        outputs = graph.asked_for(self._workflow)
        self._terminal.say(endings.success(self._overview, outputs, time.monotonic() - self._began))

    def _fail(self, log: object) -> None:
        self.end()
        if self._overview is None:
            return
        logs = log if isinstance(log, list) else [log]
        last = os.path.relpath(logs[-1]) if logs and logs[-1] else ""
        seconds = time.monotonic() - self._began
        self._terminal.say(endings.failure(self._overview, seconds, self._failures.command(), last))

    def end(self) -> None:
        """Leave the terminal as it was."""
        with self._following:  # no status line comes after the last words
            self._ended.set()
        self._terminal.clear()
