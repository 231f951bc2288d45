"""The lines that people read, word by word: messages.txt."""

from pathlib import Path

import pytest
import yaml

from clipcause.config import resolve
from clipcause.config.layers import merged
from clipcause.errors import UserError

BLOCKS = Path(__file__).with_name("messages.txt").read_text().split("\n\n")[1:]
LINES = [block.strip().split("\n") for block in BLOCKS]


@pytest.mark.parametrize(("layer", "line"), LINES, ids=[layer for layer, _ in LINES])
def test_the_line(complete, layer, line):
    with pytest.raises(UserError) as caught:
        resolve(merged(complete, yaml.safe_load(layer)))
    assert str(caught.value) == f"config: {line}"


@pytest.mark.parametrize("config", [None, [], "seeds: 3", 3])
def test_what_is_no_mapping_at_all(config):
    with pytest.raises(UserError, match=r"config: .* is not a mapping"):
        resolve(config)


def test_a_mapping_that_holds_itself(complete):
    complete["pools"]["web"]["where"] = complete
    with pytest.raises(UserError, match=r"pools\.web\.where: nested too deeply"):
        resolve(complete)
