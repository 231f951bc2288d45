"""However a configuration is mutilated: it resolves, or one line says why not."""

import copy
import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from clipcause.config import evaluating, plan, resolve
from clipcause.config.schema import schema
from clipcause.errors import UserError

HERE = Path(__file__).parent
FILES = {"shipped": HERE.parents[1] / "config.yaml", "complete": HERE / "complete.yaml"}

odd_keys = st.one_of(st.text(max_size=5), st.booleans(), st.none(), st.integers(), st.floats(), st.dates())
odd_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.dates(),
        st.datetimes(),
        st.binary(max_size=3),
        st.just({1, 2}),
        st.sampled_from(["1e-3", "no", "1e999", "nan", "{", "{}", "a {b", "0x10", 10**400, -1, 0, 1]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_keys, inner, max_size=3),
    max_leaves=5,
)


@cache
def loaded(file: str) -> dict:
    return yaml.safe_load(FILES[file].read_text())


def places(value: object) -> list[tuple[dict | list, object]]:
    """Every (container, key) within a value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in entries for place in ((value, key), *places(item))]


@st.composite
def mutilated(draw, file: str) -> dict:
    """A configuration after one to four deletions, renamings, swaps and odd values, wherever they hit."""
    config = copy.deepcopy(loaded(file))
    for _ in range(draw(st.integers(1, 4))):
        container, key = draw(st.sampled_from(places(config) or [(config, "seeds")]))
        match draw(st.sampled_from(["delete", "rename", "swap", "replace", "nudge"])):
            case "delete":
                container.pop(key, None) if isinstance(container, dict) else container.pop(key)
            case "rename" if isinstance(container, dict):
                renamed = draw(odd_keys | st.sampled_from([f"{key}x", str(key)[:-1], str(key).upper()]))
                container[renamed] = container.pop(key, None)
            case "swap":
                other, place = draw(st.sampled_from(places(config)))
                container[key] = copy.deepcopy(other[place])
            case "nudge" if isinstance(container.get(key) if isinstance(container, dict) else container[key], int):
                container[key] += draw(st.integers(-3, 3))
            case _:
                container[key] = draw(odd_values)
    return config


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_it_resolves_or_says_why_not(file, data):
    config = data.draw(mutilated(file))
    before = repr(config)
    try:
        resolved = resolve(config)
    except UserError as error:
        assert str(error).startswith("config: ")
        assert len(str(error).splitlines()) == 1
        assert len(str(error)) < 800
        key = re.split(r"[.:\[]", str(error).removeprefix("config: "))[0]
        assert key in schema()["properties"] or key in map(str, config) or key.startswith(("the key ", "'", '"')), error
    else:
        assert resolve(resolved) == resolved
        for subset, recipe in plan.all_runs(resolved):
            assert evaluating.testsets_of(resolved, subset, recipe)
    assert repr(config) == before
