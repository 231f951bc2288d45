"""Python, packages and the encoding of text."""

import locale
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from clipcause.doctor.finding import Finding, ok, problem, warning

ROOT = Path(__file__).resolve().parents[3]
INSTALL = "pip install -c envs/constraints.txt -e ."
OLDEST, TOO_NEW = (3, 11), (3, 13)  # as pyproject.toml has it


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Iterator[Finding]:
    """The version of Python is one that all packages work with."""
    text = ".".join(map(str, version))
    if OLDEST <= version[:2] < TOO_NEW:
        yield ok("python", f"Python {text}")
    else:
        yield problem(
            "python",
            f"Python {text}; img2dataset and others need 3.11 or 3.12",
            f"make an environment with one of them: python3.11 -m venv .venv && . .venv/bin/activate && {INSTALL}",
        )


def check_packages(root: Path = ROOT) -> Iterator[Finding]:
    """Every package that the project needs is there, in the version that was tested."""
    tested = dict(line.split("==") for line in (root / "envs/constraints.txt").read_text().split())
    tested = {_normal(name): version for name, version in tested.items()}
    installed = {_normal(each.metadata["Name"]): each.version for each in metadata.distributions()}
    needed = _needed(root)
    missing = [name for name in needed if name not in installed]
    other = [
        f"{name} {installed[name]} (tested: {tested[name]})"
        for name in needed
        if name in installed and name in tested and installed[name].split("+")[0] != tested[name].split("+")[0]
    ]
    if missing:
        yield problem("packages", f"not installed: {', '.join(missing)}", INSTALL)
    if other:
        yield warning(
            "packages", f"not the tested versions: {', '.join(other)}", f"{INSTALL}; or go on, and run make test"
        )
    if not missing and not other:
        yield ok("packages", f"all {len(needed)} that the project names, in the tested versions")


def check_text() -> Iterator[Finding]:
    """Text files are UTF-8, whatever the language."""
    encoding = locale.getpreferredencoding(False)
    if encoding.upper().replace("-", "") == "UTF8":
        yield ok("text", "files are UTF-8")
    else:
        yield problem(
            "text", f"files are read as {encoding}, and captions are UTF-8", "export LC_ALL=C.UTF-8 PYTHONUTF8=1"
        )


def _needed(root: Path) -> list[str]:
    import tomllib

    listed = tomllib.loads((root / "pyproject.toml").read_text())["project"]["dependencies"]
    return [_normal(re.match(r"[\w.-]+", each)[0]) for each in listed]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
