"""An intervention of the user's own, from a Python file."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import duckdb

from clipcause.database import first_line
from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.selection import CHANGEABLE, Selection


def custom(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """What the `function` in the file `module` makes of (candidates, options, draw), a Selection.

    Raises UserError if the file cannot be run, has no such function, or if that fails or gives something
    else than a Selection that a manifest can hold.
    """
    path, name, where = Path(settings["module"]), settings["function"], f"subset {candidates.subset}"
    function = getattr(_loaded(path, where), name, None)
    if not callable(function):
        raise UserError(f"{where}: {path} has no function {name!r}")
    try:
        chosen = function(candidates, settings["options"], draw)
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        raise UserError(f"{where}: {name} in {path} failed: {type(error).__name__}: {error}") from error
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


def _loaded(path: Path, where: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"custom_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UserError(f"{where}: {path} is not a Python file; its name ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # as an import does; dataclasses look there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise UserError(f"{where}: {path} cannot be run: {type(error).__name__}: {error}") from error
    return module
