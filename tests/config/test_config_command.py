"""`python -m clipcause.config`, as one types it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "open_clip", "duckdb", "pandas", "numpy", "pyarrow", "snakemake")


def config(*arguments: str | Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "clipcause.config", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_the_shipped_config_is_ok():
    done = config("check", "config.yaml")
    assert (done.returncode, done.stderr) == (0, "ok\n")


def test_a_wrong_layer_is_one_line(tmp_path):
    layer = tmp_path / "layer.yaml"
    layer.write_text("recipes: {clip: {learning_rate: 1e-3}}\n")
    done = config("check", "config.yaml", layer)
    assert done.returncode == 1
    line = "error: config: recipes.clip.learning_rate: '1e-3' is text to YAML; write 0.001 or 1.0e-3\n"
    assert done.stderr == line


def test_a_missing_file_is_one_line():
    done = config("check", "nowhere.yaml")
    assert done.returncode == 1
    assert done.stderr == "error: nowhere.yaml: No such file or directory\n"


def test_the_page_is_written(tmp_path):
    assert config("document", "--output", tmp_path / "page.md").returncode == 0
    assert (tmp_path / "page.md").read_text() == (ROOT / "docs" / "configuration.md").read_text()


def test_the_snakefile_pays_for_no_heavy_import():
    modules = "clipcause.config, clipcause.config.plan, clipcause.config.code, clipcause.session"
    code = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(done.stdout.split())
