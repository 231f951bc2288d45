"""A checkout of the project's own sources in another folder, and Snakemake in it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
TINY = Path(__file__).parent / "tiny.yaml"


class Checkout:
    """A copy of the project's sources in a folder of its own, in which Snakemake runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(PROJECT / "workflow", folder / "workflow", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(PROJECT / "envs", folder / "envs")
        for name in ("Snakefile", "config.yaml"):
            shutil.copy2(PROJECT / name, folder)
        shutil.copy2(TINY, folder / "tiny.yaml")

    def layer(self, text: str) -> tuple[str, ...]:
        """The layers of a run in which `text`, YAML, stands above the tiny configuration."""
        (self.folder / "layer.yaml").write_text(text)
        return ("tiny.yaml", "layer.yaml")

    def command(self, *arguments: str, layers: tuple[str, ...] = ("tiny.yaml",)) -> list[str]:
        """The command line of a Snakemake run with these arguments."""
        layered = ["--configfile", "config.yaml", *layers]
        return [sys.executable, "-m", "snakemake", "--cores", "2", *arguments, *layered]

    def snakemake(self, *arguments: str, layers: tuple[str, ...] = ("tiny.yaml",)) -> subprocess.CompletedProcess:
        """Run Snakemake to its end; what it printed is in `stdout`."""
        return subprocess.run(
            self.command(*arguments, layers=layers),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1200,
        )

    def jobs(self, *arguments: str, layers: tuple[str, ...] = ("tiny.yaml",)) -> dict[str, int]:
        """The jobs that a dry run plans: rule -> how many."""
        planned = self.snakemake("-n", *arguments, layers=layers)
        assert planned.returncode == 0, planned.stdout
        table = re.search(r"Job stats:\njob +count\n[- ]+\n(.*?)\n\n", planned.stdout, re.S)
        if table is None:
            assert "Nothing to be done" in planned.stdout, planned.stdout
            return {}
        counts = {line.split()[0]: int(line.split()[1]) for line in table[1].splitlines()}
        counts.pop("total")
        return counts
