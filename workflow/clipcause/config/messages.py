"""The words of an error line: key paths, values, what is allowed, the nearest right name."""

import difflib
import json
import re
from collections.abc import Iterable

from clipcause.config.schema import types

NOUNS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}
YAML_WORDS = {"yes", "no", "on", "off", "true", "false", "null"}  # read as something else unless quoted
LONGEST = 60  # characters of a value that are shown


def at(path: Iterable, sentence: str) -> str:
    """One problem: `recipes.clip.learning_rate: ...`, `studies.longtail.testsets[2]: ...`."""
    dotted = ""
    for part in path:
        if isinstance(part, int):
            dotted += f"[{part}]"
        else:
            dotted += ("." if dotted else "") + shortened(part if re.fullmatch(r"[\w-]+", part) else repr(part))
    return f"{dotted}: {sentence}" if dotted else sentence


def shown(value: object) -> str:
    """A value as one short line: texts in quotes, null, true and false as YAML writes them."""
    if isinstance(value, str):
        return shortened(repr(value))
    return shortened(json.dumps(value, default=str))


def shortened(text: str) -> str:
    """The text, cut to one line's worth."""
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def nearest(wrong: object, names: Iterable[str]) -> str | None:
    """The name most like a wrong one, or None if none is like it."""
    return next(iter(difflib.get_close_matches(str(wrong), names, n=1)), None)


def unknown_name(wrong: object, names: Iterable[str], what: str) -> str:
    """`'clp' is not one of <what> (clip, supervised); did you mean clip?`"""
    names = list(names)
    guess = nearest(wrong, names)
    listed = shortened(", ".join(names)) or "there are none"
    return f"{shown(wrong)} is not one of {what} ({listed})" + (f"; did you mean {guess}?" if guess else "")


def noun(node: dict) -> str:
    """The types of a key in words: `a whole number`, `text or null`."""
    return " or ".join(NOUNS[each] for each in types(node))


def allowed(node: dict) -> str:
    """What a key may be besides its type, in words (`1 or more`, `one of a, b`); empty if anything of its type."""
    if "allowed" in node:
        words = node["allowed"]
    elif "enum" in node:
        words = "one of " + ", ".join(yaml_word(each) for each in node["enum"] if each is not None)
    elif "refers_to" in node:
        sections = node["refers_to"]
        words = f"a name of {sections if isinstance(sections, str) else ' or '.join(sections)}"
    elif "items" in node:
        words = f"a list, each {allowed(node['items']) or noun(node['items'])}"
    else:
        words = _range(node)
    nullable = "null" in types(node) or None in node.get("enum", [])
    return f"{words}, or null" if words and nullable else words


def yaml_word(value: object) -> str:
    """A value as one has to write it in YAML."""
    plain = isinstance(value, str) and value not in YAML_WORDS and value.isprintable()
    return value if plain else json.dumps(value)


def _range(node: dict) -> str:
    bounds = [
        (node.get("minimum"), "{} or more"),
        (node.get("exclusiveMinimum"), "above {}"),
        (node.get("maximum"), "at most {}"),
        (node.get("exclusiveMaximum"), "below {}"),
    ]
    return ", ".join(words.format(bound) for bound, words in bounds if bound is not None)
