"""What a check finds."""

from dataclasses import dataclass

OK, WARNING, PROBLEM = "ok", "warning", "problem"


@dataclass(frozen=True)
class Finding:
    """What is so, about a subject (`disk`), how bad it is, and what to do if it is not `ok`."""

    subject: str
    level: str
    says: str
    remedy: str = ""


def ok(subject: str, says: str) -> Finding:
    """All is well."""
    return Finding(subject, OK, says)


def warning(subject: str, says: str, remedy: str) -> Finding:
    """A run may suffer from it."""
    return Finding(subject, WARNING, says, remedy)


def problem(subject: str, says: str, remedy: str) -> Finding:
    """A run fails by it, sooner or later."""
    return Finding(subject, PROBLEM, says, remedy)
