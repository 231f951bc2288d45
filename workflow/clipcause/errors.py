"""The exceptions that are meant for people."""


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
        super().__init__(f"{path}: cannot be read ({said}); delete it and run this again, it is then made anew")


class DiskFullError(UserError):
    """A disk takes no more."""
