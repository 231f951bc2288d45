"""A target that nothing makes, such as a study with a slip of the pen."""

import re
from collections.abc import Iterable

from clipcause.config.messages import nearest

NO_RULE = re.compile(r"No rule to produce (.+) \(if you use input functions")


def unknown_target(message: str, names: Iterable[str]) -> str | None:
    """Snakemake's error about a target that no rule makes, in plain words; None if the message is about anything else.

    `names` are those of rules, by which a target may be asked for.
    """
    found = NO_RULE.search(message)
    if found is None:
        return None
    target = found[1]
    return f"Error: nothing makes {target}; {_remedy(target, list(names))}"


def _remedy(target: str, names: list[str]) -> str:
    if "/" in target:
        return "the Snakefile's first lines say what lies where, and the names in a path are the configuration's"
    if near := nearest(target, names):
        return f"did you mean {near}?"
    return "name a study of the configuration, a step, or the path of a file"
