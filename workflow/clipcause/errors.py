"""The one exception that is meant for people."""


class UserError(Exception):
    """Something the user can mend: the message names the thing, what was found and the remedy.

    Commands print it as one line and exit with status 1; any other exception is a bug
    and keeps its traceback.
    """
