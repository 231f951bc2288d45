"""Configuration files, read and layered the way Snakemake does, and the names that a layer removes."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import yaml

from clipcause.config.schema import branch, entry, is_named, schema
from clipcause.config.validate import yaml_problems
from clipcause.errors import UserError

MOST_VALUES = 1_000_000  # of a file, its aliases written out


def read_layers(paths: Iterable[str | Path]) -> dict:
    """Read YAML or JSON files and merge each over those before it.

    Raises UserError naming the file that is not YAML or not a mapping, or has a key twice, and the line.
    """
    config: dict = {}
    for path in paths:
        config = merged(config, _read(path))
    return config


def merged(below: object, above: dict) -> dict:
    """A new mapping with `above` laid over `below`: mappings merge key by key, anything else is replaced."""
    result = dict(below) if isinstance(below, dict) else {}
    for key, value in above.items():
        result[key] = merged(result.get(key), value) if isinstance(value, dict) else value
    return result


def without_removed(value: object, node: dict | None = None) -> object:
    """A copy of a configuration, valid or not, without the named entries that a layer has set to null.

    Only the user's own names can be removed (of pools, studies, arms, claims, ...); null at a key of
    the schema is a value like any other.
    """
    if not isinstance(value, dict):
        return value
    node = branch(schema() if node is None else node, value) or {}
    kept = {key: item for key, item in value.items() if item is not None or not is_named(node)}
    return {key: without_removed(item, entry(node, key)) for key, item in kept.items()}


def refuse_repeated_keys(paths: Iterable[str | Path]) -> None:
    """Raise UserError for a file in which a mapping has a key twice, of which YAML silently keeps the last.

    Files that cannot be read are left to whoever reads them.
    """
    for path in paths:
        with suppress(OSError, ValueError, yaml.YAMLError, RecursionError):
            _refuse_repeated(path, Path(path).read_text(encoding="utf-8"))


def _refuse_repeated(path: str | Path, text: str) -> None:
    nodes, seen = [((), yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))], set()
    while nodes:
        place, node = nodes.pop()
        if not isinstance(node, yaml.CollectionNode) or id(node) in seen:  # an alias is the node that it names
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            nodes += [(place, item) for item in node.value]
            continue
        keys: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in keys:
                    named = ".".join((*place, key.value))
                    raise UserError(
                        f"{path}: {named} stands twice, in line {keys[key.value]} and in line {line}; keep one of them"
                    )
                keys[key.value] = line
            nodes.append(((*place, str(key.value)), value))


def _refuse_overgrown(path: str | Path, content: object) -> None:
    """Raise UserError for content that aliases of aliases blow up: a few lines can stand for billions of values."""
    sizes: dict[int, int] = {}

    def size(value: object) -> int:
        if not isinstance(value, dict | list):
            return 1
        if id(value) not in sizes:
            sizes[id(value)] = 1  # of a mapping that holds itself; that is refused elsewhere
            sizes[id(value)] = 1 + sum(map(size, value.values() if isinstance(value, dict) else value))
        return sizes[id(value)]

    if (values := size(content)) > MOST_VALUES:
        raise UserError(f"{path}: its aliases stand for {values:,} values; {MOST_VALUES:,} are allowed, write it out")


def _read(path: str | Path) -> dict:
    try:
        text = Path(path).read_text(encoding="utf-8")
        content = yaml.safe_load(text)
        _refuse_repeated(path, text)
        _refuse_overgrown(path, content)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise UserError(f"{path}: line {line} is not YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path}: not YAML: {reason}") from error
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except RecursionError as error:
        raise UserError(f"{path}: nested too deeply") from error
    if not isinstance(content, dict):
        raise UserError(f"{path}: holds no keys; a configuration is a mapping such as `seeds: 3`")
    for problem in yaml_problems(content):  # before it is laid over another: it may hold itself
        raise UserError(f"{path}: {problem}")
    return content
