"""What interventions did to the miniweb, told by its truth, which they never read: by its own small embedder."""

import pytest
from checkouts import Checkout

from clipcause.files.outputs import read_json

pytestmark = pytest.mark.slow

NAMES = ("unique", "near_sketch", "far_sketch", "ribbons", "fair")


@pytest.fixture(scope="module")
def details(tmp_path_factory):
    files = [f"results/subsets/{name}/draw0/details.json" for name in NAMES]
    checkout = Checkout(tmp_path_factory.mktemp("truth")).after(*files, layer="truth.yaml")
    return {name: read_json(checkout.folder / file) for name, file in zip(NAMES, files, strict=True)}


def test_deduplication_finds_duplicates_and_little_else(details):
    found = details["unique"]["true_duplicates"]
    assert found["of_a_group"] / found["removed"] > 0.7  # precision
    assert 1 - found["left"] / found["redundant"] > 0.5  # recall


def kept(details, name):
    return {style: of["kept"] / of["of"] for style, of in details[name]["truth"]["style"].items()}


def test_near_pruning_takes_the_style_of_the_test_set_and_far_pruning_leaves_it(details):
    near, far = kept(details, "near_sketch"), kept(details, "far_sketch")
    assert near["sketch"] < 0.05 and min(near["clutter"], near["viewpoint"], near["photo"]) > 0.5
    assert far["sketch"] > 0.5 and max(far["clutter"], far["viewpoint"], far["photo"]) < 0.05


def test_balancing_parts_the_true_attribute_from_every_class(details):
    before, after = (details[name]["truth"]["attribute"] for name in ("ribbons", "fair"))
    share = [kinds["gold"]["kept"] / sum(each["kept"] for each in kinds.values()) for kinds in (before, after)]
    assert abs(share[1] - 0.5) < 0.02 < abs(share[0] - 0.5)
    assert after["gold"]["association"] < before["gold"]["association"] / 2
