"""The schema of the configuration: read, its references expanded, and walked beside a value."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

SCHEMA = Path(__file__).parents[2] / "schemas" / "config.yaml"


@cache
def schema() -> dict:
    """The schema with every `$ref` replaced by what it names; keys beside a `$ref` win over it, or add to it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(SCHEMA.read_text(encoding="utf-8"), Loader=loader)
    return _expanded(document, document.pop("$defs"))


def branch(node: dict, value: object) -> dict | None:
    """The schema that holds for `value`: the branch that its discriminator chooses, or `node` if it has no branches.

    `node` too if `value` is null; None if `value` chooses no branch.
    """
    if "oneOf" not in node or value is None:
        return node
    key = discriminator(node)
    chosen = value.get(key) if isinstance(value, dict) else None
    return next((each for each in node["oneOf"] if each["properties"][key]["const"] == chosen), None)


def discriminator(node: dict) -> str:
    """The key that chooses among the branches of `node`."""
    return node["discriminator"]["propertyName"]


def entry(node: dict, key: str) -> dict:
    """The schema of one key of a mapping; an empty one if the mapping may not have that key."""
    return node.get("properties", {}).get(key) or node.get("additionalProperties") or {}


def is_named(node: dict) -> bool:
    """Whether `node` is a mapping whose keys are the user's own names, not the schema's."""
    return isinstance(node.get("additionalProperties"), dict)


def walk(value: object, node: dict | None = None, path: tuple = ()) -> Iterator[tuple[tuple, dict, object]]:
    """Yield `(path, schema, value)` for a valid configuration and everything in it, outside in."""
    node = branch(schema() if node is None else node, value)
    yield path, node, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, entry(node, key), (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, node["items"], (*path, index))


def types(node: dict) -> list[str]:
    """The JSON types that `node` allows by name; empty for a bare `enum` or `const`."""
    named = node.get("type", [])
    return [named] if isinstance(named, str) else named


def _expanded(node: object, definitions: dict) -> object:
    if isinstance(node, list):
        return [_expanded(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        own = {key: each for key, each in node.items() if key != "$ref"}
        return _expanded(_laid_over(definitions[node["$ref"].removeprefix("#/$defs/")], own), definitions)
    return {key: _expanded(each, definitions) for key, each in node.items()}


def _laid_over(named: dict, own: dict) -> dict:
    """One schema of the two: `own` adds its properties to those of `named`, and closes the mapping of both."""
    both = {**named, **own}
    if "properties" in named and "properties" in own:
        both["properties"] = {**named["properties"], **own["properties"]}
        both["required"] = [*named.get("required", []), *own.get("required", [])]
    if "unevaluatedProperties" in own:
        both["additionalProperties"] = both.pop("unevaluatedProperties")
    return both
