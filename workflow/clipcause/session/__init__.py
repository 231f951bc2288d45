"""A run of Snakemake as a person meets it: it starts again after a kill, and says plainly what it does.

    session.begin(workflow)  -> clear what a killed Snakemake left, its jobs in SLURM too; then follow this one:
    session.overview         -> while jobs run: runs and jobs done, speed, time left, on one line
    session.failures         -> a job failed: what it was making, the end of its log, how to run it again
    session.endings          -> at the end: what is done, what failed, where the report is
    session.explanation      -> a dry run: which jobs would run, and why, in words
    session.listing          -> a dry run for a program: the jobs, and how much work each is
    session.unknown_target   -> a target that nothing makes, and the nearest right name

    session.recover          -> a start after a kill; with `orphans`, its jobs in SLURM, and `clock`, set back meanwhile
    session.scheduler        -> jobs start when they can, and Snakemake's scheduler sleeps in between
    session.silence          -> SLURM may leave questions unanswered for a while
    session.gpus             -> jobs here take as many GPUs at a time as there are
    session.sharing          -> outputs that several working directories share (`--cache`)
    session.entries          -> these are there whole or not at all, whoever shares them at the same time
    session.graph            -> Snakemake's graph of jobs, read
    session.commands         -> what other programs of the machine answer

Who asks for Snakemake's own messages (`--verbose`, `--printshellcmds`, `--debug-dag`, or `--quiet` in a dry run)
gets these and nothing else, and so do the Snakemakes that a cluster starts for single jobs. Snakemake's log file under
.snakemake/log holds everything in any case, and every job's own log lies under results/logs.
"""

from clipcause.session.attach import begin
from clipcause.session.command_line import command_of, cores_of
from clipcause.session.failures import SHELL_PREFIX
from clipcause.session.gpus import share_gpus
from clipcause.session.sharing import shares_outputs, time_no_shared_job

__all__ = ["SHELL_PREFIX", "begin", "command_of", "cores_of", "share_gpus", "shares_outputs", "time_no_shared_job"]
