"""An intervention of the user's own, from a Python file."""

from pathlib import Path

import duckdb

from clipcause.database import first_line
from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.selection import CHANGEABLE, Selection
from clipcause.user_module import user_module, users_code


def custom(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """What the `function` in the file `module` makes of (candidates, options, draw), a Selection.

    Raises UserError if the file cannot be run, has no such function, or if that fails or gives something
    else than a Selection that a manifest can hold.
    """
    path, name, where = Path(settings["module"]), settings["function"], f"subset {candidates.subset}"
    function = getattr(user_module(path, where), name, None)
    if not callable(function):
        raise UserError(f"{where}: {path} has no function {name!r}")
    with users_code(f"{where}: {name} in {path} failed"):
        chosen = function(candidates, settings["options"], draw)
    if not isinstance(chosen, Selection):
        wrong = f"gave a {type(chosen).__name__}, not a clipcause.subsets.selection.Selection"
        raise UserError(f"{where}: {name} in {path} {wrong}")
    if wrong := _fault(candidates, chosen):
        raise UserError(f"{where}: the Selection of {name} in {path} {wrong}")
    return chosen


def _fault(candidates: Candidates, chosen: Selection) -> str | None:
    """What makes a selection unfit for a manifest, in words."""
    if not set(chosen.changes) <= CHANGEABLE.keys():
        return f"changes {', '.join(chosen.changes)}; it may change {', '.join(CHANGEABLE)}"
    weight = "weight" if "weight" in chosen.changes else "1.0"
    try:
        repeated, unfit = candidates.database.execute(
            f"SELECT count(*) - count(DISTINCT uid), count(*) FILTER ({weight} IS NULL OR NOT isfinite({weight}) "
            f"OR {weight} < 0) FROM ({chosen.query})"
        ).fetchall()[0]
    except duckdb.Error as error:
        return f"is no valid SQL ({first_line(error)})"
    if repeated:
        return f"holds {repeated:,} uids again or without a value; a manifest lists each sample once"
    return f"has {unfit:,} weights that are no numbers of 0 or more" if unfit else None
