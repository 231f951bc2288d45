"""A checkout of the project's own sources in another folder, and Snakemake in it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).parents[2]
HERE = Path(__file__).parent


class Checkout:
    """A copy of the project's sources in a folder of its own, in which Snakemake runs.

    Its config.yaml is `config`: that of the tests, with one small study, or the project's own.
    """

    def __init__(self, folder: Path, config: Path = HERE / "small.yaml") -> None:
        self.folder = folder
        shutil.copytree(PROJECT / "workflow", folder / "workflow", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(PROJECT / "envs", folder / "envs")
        shutil.copy2(PROJECT / "Snakefile", folder)
        shutil.copy2(config, folder / "config.yaml")
        shutil.copy2(HERE / "tiny.yaml", folder)

    def copy(self, folder: Path) -> "Checkout":
        """A copy of the checkout with all that has run in it."""
        copied = Checkout.__new__(Checkout)
        copied.folder = shutil.copytree(self.folder, folder)
        return copied

    def add_pictures(self, jpeg: Callable[[int], bytes]) -> None:
        """Add 160 pictures of three animals, with captions and labels, and the animals as a vocabulary."""
        pictures = self.folder / "data/pictures"
        pictures.mkdir(parents=True)
        lines = ["path,caption,label"]
        for number in range(160):
            label = ("cat", "dog", "owl")[number % 3]
            (pictures / f"{number:04d}.jpg").write_bytes(jpeg(number))
            lines.append(f"{number:04d}.jpg,look at my {label} in the garden,{label}")
        (self.folder / "data/list.csv").write_text("\n".join(lines) + "\n")
        (self.folder / "data/classnames.txt").write_text("cat\ndog\nowl\n")

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

    def after(self, *targets: str, layer: str) -> "Checkout":
        """This checkout after a whole run with a layer of the tests' folder, which is put into it."""
        shutil.copy2(HERE / layer, self.folder)
        ran = self.snakemake(*targets, layers=(layer,))
        assert ran.returncode == 0, ran.stdout
        return self

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
