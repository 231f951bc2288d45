"""The exceptions that are meant for people."""

import os

CACHE = "SNAKEMAKE_OUTPUT_CACHE"  # the folder that Snakemake shares outputs in


class UserError(Exception):
    """Something the user can mend: the message names the thing, what was found and the remedy.

    Commands print it as one line and exit with status 1; any other exception is a bug
    and keeps its traceback.
    """


class DamagedFileError(UserError, ValueError):
    """A file that a job has made and that cannot be read any more; made anew, it can."""

    def __init__(self, path: object, why: object) -> None:
        """`why` is what was found; its first line is told."""
        said = str(why).strip().split("\n")[0] or type(why).__name__
        super().__init__(
            f"{path}: cannot be read ({said}); delete it{also_shared(path)} and run this again, it is then made anew"
        )


def also_shared(path: object) -> str:
    """` and ...`, what else to delete so that a file or its folder is made anew: where outputs are shared, their entry.

    Snakemake takes it over again otherwise.
    """
    cache = os.path.realpath(os.environ.get(CACHE) or os.devnull)
    entry, _, _ = os.path.relpath(os.path.realpath(str(path)), cache).partition(os.sep)
    return f" and {os.path.join(cache, entry)}" if entry not in (os.pardir, os.curdir) else ""


class DiskFullError(UserError):
    """A disk takes no more."""
