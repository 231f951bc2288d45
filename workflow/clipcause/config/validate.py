"""A configuration against its schema: jsonschema finds what is wrong, sentences say it."""

import math
import re
from collections.abc import Iterator

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from clipcause.config.messages import at, nearest, shown
from clipcause.config.schema import branch, discriminator, schema
from clipcause.config.sentences import sentence

LARGEST = 2**63 - 1  # whole numbers are stored in 64 bits
DEEPEST = 20  # levels; aliases in YAML can make a mapping that holds itself


def yaml_problems(value: object, path: tuple = ()) -> Iterator[str]:
    """Yield what YAML can hold and a configuration cannot: keys that are not text, dates, huge
    whole numbers, endless nesting."""
    if len(path) > DEEPEST:
        yield at(path[:3], "nested too deeply")
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str):
                yield from yaml_problems(item, (*path, key))
            else:
                hint = "YAML reads a bare yes, no, on and off so" if isinstance(key, bool) else "keys are text"
                yield at(path, f"the key {shown(key)} is not text ({hint}); put it in quotes")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from yaml_problems(item, (*path, index))
    elif isinstance(value, int) and abs(value) > LARGEST:
        yield at(path, f"{shown(value)} is too large; allowed: at most {LARGEST}")
    elif not isinstance(value, str | int | float | None):
        yield at(path, f"{shown(value)} is a {type(value).__name__} to YAML; put it in quotes if it is text")


def schema_problems(config: object) -> Iterator[str]:
    """Yield one line per key that is unknown, missing or holds a value that it may not hold."""
    errors = [(tuple(error.absolute_path), error) for error in Validator(schema()).iter_errors(config)]
    guessed = {
        (*path[:-1], nearest(path[-1], error.schema["properties"]))
        for path, error in errors
        if error.validator == "unknown key"
    }
    for path, error in errors:
        if error.validator == "missing key" and path in guessed:
            continue  # the misspelled key says so already
        if "propertyNames" in error.schema_path:
            path = (*path, error.instance)
        yield at(path, sentence(error))


def _by_discriminator(validator, branches, value, node) -> Iterator[ValidationError]:
    """`oneOf`, with the errors of the one branch that is meant."""
    if not isinstance(value, dict):
        return
    key = discriminator(node)
    choices = {"enum": [each["properties"][key]["const"] for each in branches]}
    if chosen := branch(node, value):
        yield from validator.descend(value, chosen)
    elif key in value:
        yield _error(key, "enum", value[key], choices)
    else:
        yield _error(key, "missing key", value, choices)


def _each_unknown_key(validator, entries, value, node) -> Iterator[ValidationError]:
    """`additionalProperties`, with one error per key."""
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if key in node.get("properties", {}):
            continue
        if entries is False:
            yield _error(key, "unknown key", item, node)
        else:
            yield from validator.descend(item, entries, path=key)


def _each_missing_key(validator, required, value, node) -> Iterator[ValidationError]:
    """`required`, with one error per key."""
    if isinstance(value, dict):
        for key in required:
            if key not in value:
                yield _error(key, "missing key", value, node["properties"][key])


def _matches(validator, pattern, value, node) -> Iterator[ValidationError]:
    """`pattern`, whose `$` is the end of the text; to Python it is also what stands before a last line break."""
    end = pattern.endswith("$")
    if isinstance(value, str) and not re.search(pattern[:-1] + r"\Z" if end else pattern, value):
        yield ValidationError("does not match")


def _error(key: str, kind: str, value: object, node: dict) -> ValidationError:
    return ValidationError(kind, path=[key], validator=kind, instance=value, schema=node)


def _is_whole(checker, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(checker, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


Validator = extend(
    Draft202012Validator,
    {
        "oneOf": _by_discriminator,
        "additionalProperties": _each_unknown_key,
        "required": _each_missing_key,
        "pattern": _matches,
    },
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole).redefine("number", _is_number),
)
