"""An intervention of the user's own, from a Python file."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from clipcause.errors import UserError
from clipcause.subsets.candidates import Candidates
from clipcause.subsets.selection import Selection


def custom(candidates: Candidates, settings: dict, draw: int) -> Selection:
    """What the `function` in the file `module` makes of (candidates, options, draw), a Selection.

    Raises UserError if the file cannot be run, has no such function, or if that fails or gives something else.
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
    return chosen


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
