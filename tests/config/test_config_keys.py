"""Every key of the schema: a wrong type, an unknown sibling and a missing key each give a line that names the key."""

import copy
from functools import cache, reduce
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from clipcause.config import resolve
from clipcause.config.messages import at, shown
from clipcause.config.schema import schema, types, walk
from clipcause.errors import UserError

PYTHON_TYPES = {"integer": 7, "number": 0.5, "string": "a text", "boolean": True, "null": None}
CONTAINERS = {"array": ["a text"], "object": {"odd": "thing"}}


@cache
def resolved() -> dict:
    return resolve(yaml.safe_load(Path(__file__).with_name("complete.yaml").read_text()))


def schema_keys(node: dict, path: tuple = ()) -> set[tuple]:
    """Every key that the schema itself names, with NAME for the user's names and the branch's constant."""
    found = set()
    for branch in node.get("oneOf", [node]):
        constant = [each["const"] for each in branch.get("properties", {}).values() if "const" in each]
        for key, each in branch.get("properties", {}).items():
            found |= {(*path, *constant, key)} | schema_keys(each, (*path, *constant, key))
        if isinstance(entries := branch.get("additionalProperties"), dict):
            found |= schema_keys(entries, (*path, "NAME"))
    return found


def visited_keys() -> set[tuple]:
    """The keys of the complete configuration, in the form of `schema_keys`."""
    forms, found = {(): ()}, set()
    for path, node, _ in walk(resolved()):
        if path:
            form = forms[path[:-1]]
            if node_of[path[:-1]].get("properties"):
                found.add((*form, path[-1]))
                forms[path] = (*form, path[-1])
            else:
                forms[path] = (*form, "NAME")
        constant = [each["const"] for each in node.get("properties", {}).values() if "const" in each]
        forms[path] = (*forms[path], *constant)
    return found


node_of = {path: node for path, node, _ in walk(resolved())}
KEYS = [(path, node) for path, node in node_of.items() if path]
MAPPINGS = [(path, node) for path, node, value in walk(resolved()) if "properties" in node and value is not None]


def naming(case):
    return ".".join(map(str, case[0])) or "top"


def changed(path: tuple, value: object) -> dict:
    config = copy.deepcopy(resolved())
    reduce(lambda item, key: item[key], path[:-1], config)[path[-1]] = value
    return config


def error_of(config: dict) -> str:
    with pytest.raises(UserError) as caught:
        resolve(config)
    message = str(caught.value)
    assert message.startswith("config: ")
    assert len(message.splitlines()) == 1
    return message


def test_the_complete_configuration_visits_every_key_of_the_schema():
    """What lies below a key that several objectives share needs to be visited with one of them only."""

    def any_objective(keys):
        return {(*key[:2], *key[3:]) if key[0] == "recipes" and len(key) > 4 else key for key in keys}

    assert any_objective(visited_keys()) == any_objective(schema_keys(schema()))


@pytest.mark.parametrize("case", KEYS, ids=naming)
def test_a_wrong_type_is_named_with_its_key_and_value(case):
    path, node = case
    plain = Draft202012Validator({key: node[key] for key in ("type", "enum", "const") if key in node})
    wrong = [value for value in (PYTHON_TYPES | CONTAINERS).values() if not plain.is_valid(value)]
    assert wrong
    for value in wrong:
        if value is None and path[:-1] in node_of and "properties" not in node_of[path[:-1]]:
            continue  # null removes a name of the user's own
        message = error_of(changed(path, value))
        assert message.startswith(f"config: {at(path, '')}")
        assert shown(value) in message


@pytest.mark.parametrize("case", MAPPINGS, ids=naming)
def test_an_unknown_key_is_named(case):
    path, node = case
    assert f"config: {at((*path, 'xyzzy'), 'unknown key')}" in error_of(changed((*path, "xyzzy"), 1))
    for key in node["properties"]:
        message = error_of(changed((*path, key + "x"), 1))
        assert message.startswith(f"config: {at((*path, key + 'x'), 'unknown key')}")
        assert f"did you mean {key}?" in message


@pytest.mark.parametrize("case", MAPPINGS, ids=naming)
def test_a_missing_key_is_named_unless_it_has_a_default(case):
    path, node = case
    for key in node["properties"]:
        config = copy.deepcopy(resolved())
        del reduce(lambda item, part: item[part], path, config)[key]
        if key in node.get("required", []):
            assert error_of(config).startswith(f"config: {at((*path, key), 'missing')}")


@pytest.mark.parametrize("case", KEYS, ids=naming)
def test_a_number_out_of_its_range_is_named_with_what_is_allowed(case):
    path, node = case
    outside = {"minimum": -1, "exclusiveMinimum": 0, "maximum": 1, "exclusiveMaximum": 0}
    for bound, step in outside.items():
        if bound in node:
            value = node[bound] + step
            message = error_of(changed(path, value if "integer" in types(node) else float(value)))
            assert message.startswith(f"config: {at(path, '')}")
            assert "allowed: " in message
