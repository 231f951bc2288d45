"""Every preset resolves on top of what it names, tells what it takes in one form, and says the same as the others."""

import re
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from checkouts import PROJECT

from clipcause.config import resolve
from clipcause.config.layers import read_layers

FOLDER = PROJECT / "workflow/presets"
PRESETS = sorted(path for kind in ("pools", "testsets", "studies") for path in (FOLDER / kind).glob("*.yaml"))
PAGE = (PROJECT / "docs/real_pools.md").read_text()
FIELDS = ("source", "columns", "rows", "licence", "embedder", "recipe", "disk", "GPU hours", "money", "verified")
DOLLARS_PER_HOUR = 2  # of an A100, as docs/real_pools.md assumes
LIKE_FOLDERS = {"ids": lambda path: f"{path.parent.name}/{path.stem}"}


def header(preset: Path) -> str:
    """The comment that a preset begins with."""
    lines = preset.read_text().splitlines()
    return "\n".join(lines[: next(number for number, line in enumerate(lines) if not line.startswith("#"))])


def fields(preset: Path) -> dict[str, str]:
    """What the header tells, by field, in its order; lines that go on are indented."""
    found = re.findall(r"^# ([\w ]+): (.*(?:\n#   .*)*)", header(preset), re.M)
    return {name: re.sub(r"\n#   ", " ", value) for name, value in found if name in FIELDS}


def layers(text: str) -> list[Path]:
    """The files that the first command in a text layers."""
    command = re.split("--cores|results/", text.split("--configfile")[1])[0]
    return [PROJECT / file for file in re.sub(r"\\\n#?", " ", command).split()]


def number(text: str) -> float:
    """The number that a field begins with."""
    return float(re.match(r"\$?([\d,.]*\d)", text)[1].replace(",", ""))


def own(preset: Path) -> dict:
    return yaml.safe_load(preset.read_text())


@pytest.mark.parametrize("preset", PRESETS, **LIKE_FOLDERS)
def test_it_tells_everything_in_one_form(preset):
    told = fields(preset)
    assert tuple(told) == FIELDS
    assert number(told["rows"]) >= 1000
    assert re.match(r"[\d,.]+ (GB|TB)", told["disk"])
    assert number(told["money"]) == pytest.approx(DOLLARS_PER_HOUR * number(told["GPU hours"]))
    assert "downloaded" in told["verified"] or "run" in told["verified"]


@pytest.mark.parametrize("preset", PRESETS, **LIKE_FOLDERS)
def test_it_resolves_with_the_layers_of_its_command(preset):
    named = layers(header(preset))
    assert named[0] == PROJECT / "config.yaml" and named[-1] == preset
    resolved = resolve(read_layers(named))
    for section, entries in own(preset).items():
        if isinstance(entries, dict):
            assert entries.keys() <= resolved[section].keys()


@pytest.mark.parametrize("preset", [path for path in PRESETS if path.parent.name != "studies"], **LIKE_FOLDERS)
def test_the_header_names_its_sources(preset):
    told = " ".join(fields(preset)["source"].split())
    for settings in [*own(preset).get("pools", {}).values(), *own(preset).get("testsets", {}).values()]:
        address = settings.get("metadata") or settings.get("url")
        if address:
            assert address.split("/")[-1] in told or re.sub(r"/[^/]*[*].*", "", address) in told


@pytest.mark.parametrize("preset", [path for path in PRESETS if path.parent.name == "pools"], **LIKE_FOLDERS)
def test_a_pool_is_named_like_its_file_and_has_a_whole_and_a_recipe(preset):
    settings, name = own(preset), preset.stem
    assert list(settings["pools"]) == [name]
    assert settings["subsets"][f"{name}_whole"] == {"method": "all", "from": name}
    recipe = settings["recipes"][f"{name}_clip"]
    assert f"{name}_clip" in fields(preset)["recipe"]
    assert settings["models"][recipe["model"]]["name"].lower() in fields(preset)["recipe"].lower()
    columns = fields(preset)["columns"].replace("(", " ").replace(",", " ").split()
    pool = settings["pools"][name]
    asked = [pool.get(key) for key in ("url", "path", "caption", "label", "uid")]
    for key in filter(None, asked):
        assert set(re.findall(r"{(\w+)", key) or [key]) <= set(columns)
    assert set(pool.get("columns", [])) <= set(columns)


def test_two_presets_that_define_a_name_define_it_alike():
    for one, other in combinations(PRESETS, 2):
        for section in own(one).keys() & own(other).keys() - {"seeds", "runs_per_job", "only"}:
            for name in own(one)[section].keys() & own(other)[section].keys():
                assert own(one)[section][name] == own(other)[section][name], (one.stem, other.stem, section, name)


def test_all_pools_and_test_sets_fit_together():
    parts = [path for path in PRESETS if path.parent.name != "studies"]
    resolved = resolve(read_layers([PROJECT / "config.yaml", *parts]))
    assert {path.stem for path in parts if path.parent.name == "pools"} <= set(resolved["pools"])
    assert {"imagenet", "imagenet_v2", "objectnet", "coco", "flickr30k", "fairface"} <= set(resolved["testsets"])


def test_the_page_s_commands_and_layers_resolve():
    commands = re.findall(r"^    snakemake .*(?:\n      .*)*", PAGE, re.M)
    assert len(commands) == 2
    for command in commands:
        named = [file for file in layers(command) if file.name != "my.yaml"]
        assert len(named) >= 3 and resolve(read_layers(named))
    written = re.findall(r"^    (?:testsets|pools):\n(?:^     .*\n)+", PAGE, re.M)
    assert len(written) == 2
    for layer in written:
        resolve(yaml.safe_load(layer))


def test_the_page_has_a_row_for_each():
    for preset in PRESETS:
        told = fields(preset)
        row = next(line for line in PAGE.splitlines() if f"({Path('..') / preset.relative_to(PROJECT)})" in line)
        for key in ("rows", "disk", "GPU hours", "money"):
            assert re.match(r"[$\d,. ]+(GB|TB)?", told[key])[0].strip() in row
