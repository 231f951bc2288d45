"""The jobs of a workflow as a dry run prints them: rule, inputs, outputs and shell command."""

import re
from dataclasses import dataclass

from checkouts import Checkout

JOB = re.compile(
    r"^(?:local)?rule (?P<rule>\w+):\n(?:    input: (?P<inputs>.*)\n)?    output: (?P<outputs>.*)\n(?:    .*\n)*?"
    r"Shell command: (?P<command>python -m clipcause.*)$",
    re.M,
)


@dataclass(frozen=True)
class Job:
    """One job; its inputs are data alone, without code."""

    rule: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    command: str


def jobs(checkout: Checkout) -> list[Job]:
    """All jobs of the whole workflow."""
    said = checkout.snakemake("-n", "--forceall", "--printshellcmds").stdout
    found = []
    for job in JOB.finditer(said):
        inputs = tuple(each for each in (job["inputs"] or "").split(", ") if each.startswith("results/"))
        found.append(Job(job["rule"], inputs, tuple(job["outputs"].split(", ")), job["command"]))
    return found
