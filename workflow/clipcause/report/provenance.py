"""Which software made the results: versions and the state of the source code."""

import platform
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

PACKAGES = (
    *("clipcause", "snakemake", "img2dataset", "duckdb", "torch", "open_clip_torch"),
    *("numpy", "scipy", "pandas", "pyarrow", "pillow", "matplotlib"),
)


@dataclass(frozen=True)
class GitState:
    """The commit that is checked out, and whether files differ from it."""

    commit: str
    dirty: bool


@dataclass(frozen=True)
class Provenance:
    """Versions by package (None: not installed as a package) and the source's git state (None: no checkout)."""

    versions: dict[str, str | None]
    git: GitState | None


def collect_provenance() -> Provenance:
    """Versions of Python and of the packages that decide results, and the git state of this source tree."""
    versions = {"python": platform.python_version()} | {package: _version(package) for package in PACKAGES}
    return Provenance(versions, git_state(Path(__file__).parent))


def git_state(folder: Path) -> GitState | None:
    """The state of the checkout that holds `folder`; None without git, a checkout or a first commit."""
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD")
    changes = _git(folder, "status", "--porcelain")
    if commit is None or changes is None:
        return None
    return GitState(commit, dirty=bool(changes))


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
