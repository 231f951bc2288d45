"""A Python file of the user's own, run as a module."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from clipcause.errors import UserError


def user_module(path: Path, where: str) -> ModuleType:
    """The module that a Python file makes; `where` names in errors what asks for it.

    Raises UserError if it is no Python file or cannot be run.
    """
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
