"""Snakemake's scheduler is spared work that grows with the square of the jobs."""

STANDARD = (100, 1)  # jobs that may start, and in how many seconds, unless `--max-jobs-per-timespan` says otherwise


def start_jobs_at_once() -> None:
    """Let jobs start as soon as they can, unless the command line sets a pace of its own.

    With a pace, Snakemake (9.27) sets a timer of a second whenever it looks for jobs to start, and looks again when the
    timer or a job ends: after n jobs it looks n times a second.
    """
    from snakemake.scheduling import job_scheduler  # here, since it takes numpy and pandas with it

    limiter = job_scheduler.JobRateLimiter

    def limited(pace):
        return None if (pace.max_jobs, pace.timespan) == STANDARD else limiter(pace)

    job_scheduler.JobRateLimiter = limited
