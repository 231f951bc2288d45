"""Titles of measures, with the readout and the attribute that they hang on."""

from collections.abc import Mapping

from clipcause.evaluation.readouts import OWN, readout
from clipcause.studies.measures import claimed, described


def titled(measure: str, by: str | None, attribute: str | None) -> str:
    """A measure's title: `Accuracy gap between groups (gold), read out by a linear probe`.

    The readout is told where it is not each model's own, the attribute where the measure is about one.
    """
    return _full(described(measure).title, by, attribute)


def titled_claim(claim: Mapping) -> str:
    """The title of a claim's measure, or of both measures whose relative cuts are compared."""
    return _full(claimed(claim).title, claim["readout"], claim["attribute"])


def read_out_by(by: str) -> str:
    """`read out by a linear probe`."""
    return f"read out by {readout(by).title}"


def _full(title: str, by: str | None, attribute: str | None) -> str:
    about = f" ({attribute})" if attribute else ""
    return title + about + ("" if by in (None, OWN) else f", {read_out_by(by)}")
