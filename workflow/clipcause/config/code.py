"""Which source files a result hangs on: a module, and the project's own modules that it imports."""

from functools import cache
from pathlib import Path

import grimp

PACKAGE = "clipcause"
ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "workflow"


def code_of(module: str) -> list[str]:
    """The files of a module or sub-package and of all project modules it imports, directly or not.

    Imports within functions count, imports for type checkers only do not. A sub-package's `__main__`
    (a thin parser that states nothing of its own) is left out, and what only it imports. The
    `__init__` of every sub-package on the way is in, since importing a module runs it, and so are the
    files of other kinds that lie in the sub-package, such as the templates of a page.

    Returns sorted paths, relative to the project's root where that is the current directory, else
    absolute. Raises ValueError for a module that does not exist.
    """
    graph = _graph()
    if module not in graph.modules:
        raise ValueError(f"{module}: no such module in {PACKAGE}")
    own = [each for each in {module} | graph.find_descendants(module) if not each.endswith(".__main__")]
    found: set[str] = set()
    waiting = set(own)
    while waiting:
        found |= waiting
        imported = {each for one in waiting for each in graph.find_modules_directly_imported_by(one)}
        waiting = (imported | {package for one in waiting for package in _packages(one)}) - found
    return sorted({_shown(file) for each in found for file in _files(each)})


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE, cache_dir=None, exclude_type_checking_imports=True)


def _packages(module: str) -> list[str]:
    """The sub-packages that a module lies in: `clipcause.a.b.c` -> `clipcause.a`, `clipcause.a.b`."""
    parts = module.split(".")
    return [".".join(parts[:length]) for length in range(2, len(parts))]


def _files(module: str) -> list[Path]:
    """The source of a module; of a sub-package its `__init__` and the files in it that are no source."""
    path = SOURCES.joinpath(*module.split("."))
    if not path.is_dir():
        return [path.with_suffix(".py")]
    return [path / "__init__.py", *(each for each in path.rglob("*.*") if each.suffix not in (".py", ".pyc"))]


def _shown(file: Path) -> str:
    return file.relative_to(ROOT).as_posix() if Path.cwd() == ROOT else file.as_posix()
