"""The schema as a page for readers, in Markdown."""

from collections.abc import Iterator

from clipcause.config.messages import allowed, noun, yaml_word
from clipcause.config.schema import discriminator, is_named, schema

MANY = 8  # keys that are not repeated for a branch that has them too

HEAD = """# Configuration

<!-- Generated: python -m clipcause.config document --output docs/configuration.md -->

Every key of `config.yaml`: what it may be, its default, its unit. Any other key is an error, and so is a value out of
range; both stop before any job starts, with one line that names the key, the value and what is allowed. NAME stands for
a name of your own: at most 64 lower-case letters, digits and `_`, beginning with a letter.

A further file, `snakemake --configfile config.yaml more.yaml`, is laid over the first: its keys replace those of the
same path, and a name of your own that it sets to `null` is removed (`studies: {longtail: null}`). To check files
without running anything: `python -m clipcause.config check config.yaml more.yaml`.
"""


def document() -> str:
    """The page, docs/configuration.md."""
    top = schema()["properties"]
    plain = {key: node for key, node in top.items() if node["type"] != "object"}
    lines = [HEAD, *_table(plain, [])]
    sections = {key: node for key, node in top.items() if key not in plain}
    lines += [f"Sections: {', '.join(f'[{key}](#{key})' for key in sections)}.", ""]
    for key, node in sections.items():
        lines += [f"## {key}", "", node["description"], "", *_tables(key, node)]
    return "\n".join(lines).rstrip() + "\n"


def _tables(path: str, node: dict) -> Iterator[str]:
    """A table for every closed mapping within `node`, under a heading of its own if it is not a section."""
    if is_named(node):
        path, node = f"{path}.NAME", node["additionalProperties"]
    shown: list[dict] = []
    for branch in node.get("oneOf", []):
        key = discriminator(node)
        yield from (f"### `{path}` with `{key}: {branch['properties'][key]['const']}`", "", branch["description"], "")
        keys = branch["properties"]
        if like := next((each for each in shown if _holds(keys, each, key)), None):
            yield from (f"Its keys are those of `{key}: {like[key]['const']}`, and:", "")
            keys = {name: each for name, each in keys.items() if name == key or name not in like}
        shown.append(branch["properties"])
        yield from _table(keys, branch["required"])
        for name, each in keys.items():
            yield from _tables(f"{path}.{name}", each)
    if keys := node.get("properties"):
        if "." in path:
            yield from (f"### `{path}`", "", node["description"], "")
        yield from _table(keys, node.get("required", []))
        for key, each in keys.items():
            yield from _tables(f"{path}.{key}", each)


def _holds(keys: dict, others: dict, apart: str) -> bool:
    """Whether `keys` holds all of `others`, which are many, apart from one."""
    return len(others) >= MANY and all(keys.get(name) == each for name, each in others.items() if name != apart)


def _table(keys: dict, required: list[str]) -> Iterator[str]:
    yield "| Key | Value | Default | Unit | Meaning |"
    yield "| --- | --- | --- | --- | --- |"
    for key, node in keys.items():
        unit = node.get("unit", "none").replace("none", "")
        cells = (f"`{key}`", _value(node), _default(node, key in required), unit, node["description"])
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""


def _value(node: dict) -> str:
    if "const" in node:
        return f"`{node['const']}`"
    words = allowed(node)
    if words and {"minimum", "exclusiveMinimum"} & node.keys():
        return f"{noun(node).removesuffix(' or null')}, {words}"
    return words or noun(node)


def _default(node: dict, required: bool) -> str:
    if required:
        return "required"
    return node["derived"] if "derived" in node else f"`{yaml_word(node['default'])}`"
