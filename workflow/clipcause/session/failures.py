"""A job that failed: what it was making, the end of its log, and how to run just it again."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from shlex import join, quote

from clipcause.errors import UserError
from clipcause.files.outputs import write_text
from clipcause.session.command_line import layer_words
from clipcause.session.jobs import Job
from clipcause.session.logs import last_lines

LINES = 15  # of the log
SHELL_PREFIX = f"export PYTHONPATH={quote(str(Path(__file__).resolve().parents[2]))}; "  # of every shell command
SCRIPTS = Path("results/logs/failed")  # the commands of the jobs that failed in the last run


class Failures:
    """Tells of each failed job once."""

    def __init__(
        self,
        configfiles: Sequence[str | Path],
        settings: Mapping[str, object],
        targets: Iterable[str] = (),
        machines: Sequence[str] = ("--cores", "all"),
    ) -> None:
        """`configfiles`, `settings` and `targets` are those of Snakemake's command line, `machines` what says where."""
        self._machines = machines
        self._targets = sorted(targets)
        self._layers = layer_words(configfiles, settings)
        shutil.rmtree(SCRIPTS, ignore_errors=True)

    def told(
        self,
        job: Job,
        logs: Sequence[str],
        command: str | None,
        since: float,
        why: str = "",
        loud: Callable[[str], str] = str,
        environment: str | None = None,
    ) -> str:
        """All there is to say about a job that failed with this shell command after it began at `since` (epoch).

        The command is written to a script, since it is long; `why` is what a cluster says; `loud` marks a text;
        `environment` is the folder of the job's conda environment, if it has one.
        """
        lines = ["", loud(f"failed: {job}")]
        if job.outputs:
            more = len(job.outputs) - 1
            lines.append(f"  was making   {job.outputs[0]}{f' and {more} more' if more else ''}")
        if why:
            lines.append(f"  {why.strip()}")
        log, end = last_lines(logs, since, LINES)
        if log is None:
            lines.append(f"  its log      {logs[0]} is empty" if logs else "  it keeps no log")
        else:
            lines.append(f"  its log      {log} ends with")
            lines += [f"    > {loud(line)}" if line.startswith("error: ") else f"    | {line}" for line in end]
        if job.outputs:
            lines.append(f"  once more    {self.command(job.outputs[0])}")
        if command:
            try:
                lines.append(f"  by hand      bash {quote(str(self._script(job, command, environment)))}")
            except (OSError, ValueError, UserError) as error:  # as on a full disk, which may be why the job failed
                lines.append(f"  by hand      not written to a script ({error}); Snakemake's log has the command")
        return "\n".join(lines)

    def command(self, target: str | None = None) -> str:
        """The command that makes a target, or goes on with all that was asked for."""
        return join(["snakemake", *self._machines, *([target] if target else self._targets), *self._layers])

    def _script(self, job: Job, command: str, environment: str | None) -> Path:
        """Write a job's shell command, as Snakemake runs it, to a file of its own."""
        name = "".join(each if each.isalnum() or each in "-_." else "." for each in str(job))
        script = SCRIPTS / f"{name}.sh"
        programs = Path(environment, "bin") if environment else Path(sys.executable).parent
        path = f"export PATH={quote(str(programs))}:$PATH"
        text = f"set -euo pipefail\ncd {quote(os.getcwd())}\n{path}\n{SHELL_PREFIX}\n{command}\n"
        write_text(script, text)
        return script
