"""Lines of `clipcause.job.progress`, read back from the log of a job at work."""

import re
from dataclasses import dataclass

LINE = re.compile(
    r"(?P<name>.+): (?:(?P<percent>\d+) %|[\d,]+ so far), (?P<rate>[\d,]+) (?P<unit>[^,]+)/s(?:, \d+ s left)?"
)
PART = re.compile(r"\((\d+) of (\d+)\)$")


@dataclass(frozen=True)
class Reported:
    """What a line of progress says of its job: the rate per second, and the share that is done, 0 to 1, if it can."""

    rate: float
    unit: str
    share: float | None


def read_line(line: str) -> Reported | None:
    """Read a line of `Progress` back; None for any other line.

    `(2 of 3)` after the name counts the parts of a job. A name with a colon in it is that of a phase
    (`longtail/clip seed 1 (2 of 3): reading images`), which says nothing about the whole job.
    """
    found = LINE.fullmatch(line.strip())
    if found is None:
        return None
    share = None
    if found["percent"] and ": " not in found["name"]:
        part = PART.search(found["name"])
        number, parts = map(int, part.groups()) if part else (1, 1)
        share = (number - 1 + int(found["percent"]) / 100) / parts
    return Reported(float(found["rate"].replace(",", "")), found["unit"], share)
