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
REPEATED = "the same words, other times each"


def edits(params: Mapping[str, Any], recorded: Sequence[str], wildcards: Mapping[str, str]) -> list[str]:
    """One phrase per param that changed: `the recipe clip was edited (learning_rate: 0.003 -> 0.002)`.

    Where settings of the configuration changed, lists that follow from them are left out; where others say more, those
    that only repeat their words. `recorded` are the reprs of the params of old, `wildcards` those of the job, which
    say whose settings they are.
    """
    now = {repr(value) for value in params.values()}
    gone = [_value(text) for text in dict.fromkeys(recorded) if text not in now]
    settings, lists = [], []
    for name, value in params.items():
        if repr(value) in recorded:
            continue
        before = max(gone, key=lambda old: _likeness(old, value), default=None)
        alike = before is not None and _likeness(before, value) > 0
        if alike:
            gone.remove(before)
        changes = (_few(_changes(_settings(before), _settings(value))) or "keys in another order") if alike else "new"
        if whose := _whose(name, wildcards):
            settings.append(f"{whose} was edited ({changes})")
        else:
            lists.append(f"{name} changed ({changes})")
    return settings or [each for each in lists if REPEATED not in each] or lists or ["its settings changed"]


def _whose(name: str, wildcards: Mapping[str, str]) -> str | None:
    """A param that holds settings, in the words of the configuration: `the recipe clip`; None for any other."""
    named = {"order": "subset"}.get(name, name)
    if named in wildcards:
        return f"the {named} {wildcards[named]}"
    return {"config": "the configuration", "model": f"the model of {wildcards.get('recipe', 'it')}"}.get(name)


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


def _changes(old: Any, new: Any, at: str = "") -> list[str]:
    """What differs, at dotted keys below `at`."""
    if isinstance(old, dict) and isinstance(new, dict):
        dot = f"{at}." if at else ""
        return [change for key in {**new, **old} for change in _change_at(f"{dot}{key}", old, new, key)]
    if isinstance(old, list) and isinstance(new, list):
        dicts_before, dicts_now = ([each for each in side if isinstance(each, dict)] for side in (old, new))
        inside = [change for pair in zip(dicts_before, dicts_now, strict=False) for change in _changes(*pair)]
        before, now = (Counter(str(each) for each in side if not isinstance(each, dict)) for side in (old, new))
        where = f"{at} " if at else ""
        for verb, side, other in (("added", now, before), ("left out", before, now)):
            words = [_shown(word) for word in side if word not in other]
            inside += [f"{where}{verb} {_few(words, ' ')}"] if words else []
        return inside or [f"{where}{REPEATED if before != now else 'in another order'}"]
    return [f"{at}: {_shown(old)} -> {_shown(new)}" if at else f"{_shown(old)} -> {_shown(new)}"]


def _change_at(at: str, old: dict, new: dict, key: str) -> list[str]:
    if key not in old:
        return [f"{at} added"]
    if key not in new:
        return [f"{at} left out"]
    return [] if old[key] == new[key] else _changes(old[key], new[key], at)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _few(values: Sequence[str], between: str = ", ") -> str:
    more = len(values) - MOST
    return between.join(values[:MOST]) + (f" and {more} more" if more > 0 else "")
