"""One violation of the schema, said in one sentence for people."""

import math
from decimal import Decimal

from jsonschema import ValidationError

from clipcause.config.messages import YAML_WORDS, allowed, nearest, noun, shortened, shown, yaml_word
from clipcause.config.schema import types


def sentence(error: ValidationError) -> str:
    """What was found, what is allowed and, where it can be guessed, what was meant."""
    value, node = error.instance, error.schema
    words = allowed(node)
    match error.validator:
        case "unknown key":
            return _unknown_key(error.path[-1], node)
        case "missing key":
            return f"missing; it must be given: {words or noun(node)}"
        case "type":
            return _wrong_type(value, node)
        case "enum":
            return _not_in_enum(value, node)
        case "minLength" | "minItems" | "minProperties":
            return f"{shown(value)} is empty; allowed: {words or noun(node)}, not empty"
        case "uniqueItems":
            twice = next(each for each in value if value.count(each) > 1)
            return f"lists {shown(twice)} twice; name it once"
        case "pattern" if "propertyNames" in error.schema_path:
            return f"not a name; allowed: {words}"
        case "pattern":
            return f"{shown(value)} does not fit; allowed: {words}"
    return f"{shown(value)} is out of range; allowed: {words}"


def _unknown_key(key: str, node: dict) -> str:
    keys = node["properties"]
    branch_key = next((f" with {name}: {each['const']}" for name, each in keys.items() if "const" in each), "")
    guess = nearest(key, keys)
    return f"unknown key{branch_key}; " + (f"did you mean {guess}?" if guess else f"allowed: {', '.join(keys)}")


def _wrong_type(value: object, node: dict) -> str:
    wanted = [each for each in types(node) if each != "null"]
    words = f"; allowed: {allowed(node)}" if allowed(node) else ""
    wrong = f"{shown(value)} is not {noun(node)}"
    if isinstance(value, str) and wanted in (["integer"], ["number"]):
        number = _yaml_number(value, whole=wanted == ["integer"])
        return f"{shown(value)} is text to YAML; write {shortened(number)}" if number else wrong + words
    if wanted == ["integer"] and isinstance(value, float) and value.is_integer() and value < 2**53:
        return f"{wrong}; write {int(value)}"
    if wanted == ["string"] and isinstance(value, bool):
        return f"{wrong} (YAML reads a bare yes, no, on and off so); put it in quotes{words}"
    if wanted == ["string"] and isinstance(value, int | float):
        return f"{wrong}; write '{value}', in quotes{words}"
    if wanted == ["array"] and isinstance(value, str):
        return f"{wrong}; write [{shortened(yaml_word(value))}]"
    return wrong + words


def _not_in_enum(value: object, node: dict) -> str:
    choices = ", ".join(yaml_word(each) for each in node["enum"])
    if isinstance(value, bool) and YAML_WORDS & set(map(str, node["enum"])):
        return f"{shown(value)} is how YAML reads a bare yes, no, on or off; put it in quotes; allowed: {choices}"
    if isinstance(value, str) and (guess := nearest(value, [each for each in node["enum"] if each])):
        return f"{shown(value)} is not one of {choices}; did you mean {guess}?"
    return f"{shown(value)} is not one of {choices}"


def _yaml_number(text: str, whole: bool) -> str | None:
    """The spellings of the number that a text means as YAML reads them: `0.001 or 1.0e-3`; None if it means none."""
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number) or (whole and not number.is_integer()):
        return None
    exact = Decimal(repr(number)).normalize()
    if whole or "e" not in text.lower():
        return f"{exact:f}"
    mantissa, exponent = f"{exact:e}".split("e")
    scientific = f"{mantissa}{'' if '.' in mantissa else '.0'}e{exponent}"
    return f"{exact:f} or {scientific}" if abs(exact.adjusted()) < 10 else scientific
