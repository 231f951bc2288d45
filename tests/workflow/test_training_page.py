"""What docs/training.md shows works as it stands there."""

import json
import re
import subprocess
import time
from urllib.request import urlopen

import yaml
from checkouts import PROJECT

from clipcause.config import resolve
from clipcause.config.layers import merged, read_layers
from clipcause.training.recipe import Recipe

PAGE = (PROJECT / "docs/training.md").read_text()


def test_the_recipes_resolve():
    (layer,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
    layer = yaml.safe_load(layer)
    resolved = resolve(merged(read_layers([PROJECT / "config.yaml"]), layer))
    assert len(layer["recipes"]) == 6
    recipes = {name: Recipe.of(resolved["recipes"][name]) for name in layer["recipes"]}
    first = recipes["photos_first"]
    assert (first.first_steps, first.steps) == (188, 750)
    assert recipes["stock"].samples_per_device // recipes["stock"].micro_batch_size == 4


def test_tensorboard_shows_the_runs(finished):
    (command,) = re.findall(r"^    (tensorboard .*)$", PAGE, re.M)
    command = [*command.split(), "--port", "0", "--load_fast", "false"]
    server = subprocess.Popen(
        command, cwd=finished.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        address = next(found[0] for line in server.stderr if (found := re.search(r"http://\S+", line)))
        wanted = {str(path.parent.relative_to(finished.folder / "results/tensorboard"))
                  for path in (finished.folder / "results/tensorboard").rglob("events.*")}  # fmt: skip
        shown = set()
        while wanted - shown and server.poll() is None:
            time.sleep(0.2)
            with urlopen(f"{address}data/runs") as answer:
                shown = set(json.load(answer))
    finally:
        server.terminate()
        server.communicate()
    assert wanted and shown == wanted
