"""Code of the user's own: a Python file run as a module, and calls of what is in it."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
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
    with users_code(f"{where}: {path} cannot be run"):
        spec.loader.exec_module(module)
    return module


@contextmanager
def users_code(failed: str, *allowed: type[Exception]) -> Iterator[None]:
    """Run code of the user's: what it raises, or that it ends Python, is a UserError that begins with `failed`.

    A UserError goes on as it is, and so does what it is `allowed` to raise. The working directory, which outputs are
    found from, is as before.
    """
    try:
        with chdir("."):
            yield
    except (UserError, *allowed):
        raise
    except (Exception, SystemExit) as error:
        said = (str(error).splitlines() or [""])[0]
        raise UserError(f"{failed}: {type(error).__name__}: {said}") from error
