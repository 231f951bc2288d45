"""What differs between the settings that a job was run with and those of today, key by key.

Snakemake records the values of a job's params without their names, as Python writes them. A value of
today that is not among them is set against the recorded one that it resembles most.
"""

import ast
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

LONGEST = 40  # characters of a value that are shown
MOST = 4  # keys that are named


def edits(params: Mapping[str, Any], recorded: Sequence[str], wildcards: Mapping[str, str]) -> list[str]:
    """One phrase per param that changed: `the recipe clip was edited (learning_rate: 0.003 -> 0.002)`.

    `recorded` are the reprs of the params of old, `wildcards` those of the job, which say whose settings they are.
    """
    now = {repr(value) for value in params.values()}
    gone = [_value(text) for text in dict.fromkeys(recorded) if text not in now]
    found = []
    for name, value in params.items():
        if repr(value) in recorded:
            continue
        before = max(gone, key=lambda old: _likeness(old, value), default=None)
        if before is None or not _likeness(before, value):
            found.append(f"{_whose(name, wildcards)} is new")
            continue
        gone.remove(before)
        changes = _changes(_settings(before), _settings(value))
        found.append(f"{_whose(name, wildcards)} was edited ({_few(changes)})")
    return found or ["its settings changed"]


def _whose(name: str, wildcards: Mapping[str, str]) -> str:
    """A param in the words of the configuration: `the recipe clip`."""
    named = {"order": "subset", "config": "configuration"}.get(name, name)
    owner = wildcards.get(named) or wildcards.get("recipe" if named == "model" else "")
    return f"the {named} {owner}" if named in wildcards else f"the {named} of {owner}" if owner else f"the {named}"


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _settings(value: Any) -> Any:
    """A value with the JSON in it read: resolved settings travel as text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return [_settings(each) for each in value] if isinstance(value, list | tuple) else value


def _flat(settings: Any, at: str = "") -> dict[str, Any]:
    """Settings by dotted key; a list of plain words is one value."""
    if isinstance(settings, dict):
        return {
            key: value
            for name, part in settings.items()
            for key, value in _flat(part, f"{at}.{name}" if at else str(name)).items()
        }
    return {at: settings}


def _likeness(old: Any, new: Any) -> float:
    """0 for values that can't be the same param; the more they share, the more they may be."""
    old, new = _settings(old), _settings(new)
    if isinstance(old, dict) != isinstance(new, dict) or isinstance(old, list) != isinstance(new, list):
        return 0
    if isinstance(old, dict):
        before, now = ({f"{key}={value}" for key, value in _flat(each).items()} for each in (old, new))
        keys = len(old.keys() & new.keys())
        return (len(before & now) + keys) / (len(before | now) + 1)
    if isinstance(old, list):
        before, now = set(map(str, old)), set(map(str, new))
        return (1 + len(before & now)) / (1 + len(before | now))
    return 0.01 if type(old) is type(new) else 0


def _changes(old: Any, new: Any) -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        before, now = _flat(old), _flat(new)
        keys = [key for key in {**now, **before} if before.get(key, ...) != now.get(key, ...)]
        return [f"{key}: {_shown(before.get(key, ...))} -> {_shown(now.get(key, ...))}" for key in keys]
    if isinstance(old, list) and isinstance(new, list):
        dicts_before, dicts_now = ([each for each in side if isinstance(each, dict)] for side in (old, new))
        inside = [change for pair in zip(dicts_before, dicts_now, strict=False) for change in _changes(*pair)]
        before, now = (Counter(str(each) for each in side if not isinstance(each, dict)) for side in (old, new))
        added, left_out = list(now - before), list(before - now)
        return [
            *inside,
            *([f"added {_some(added)}"] if added else []),
            *([f"left out {_some(left_out)}"] if left_out else []),
        ] or ["in another order"]
    return [f"{_shown(old)} -> {_shown(new)}"]


def _shown(value: Any) -> str:
    if value is ...:
        return "(unset)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _some(values: Sequence[str]) -> str:
    return _few([_shown(value) for value in values], " ")


def _few(values: Sequence[str], between: str = ", ") -> str:
    more = len(values) - MOST
    return between.join(values[:MOST]) + (f" and {more} more" if more > 0 else "")
