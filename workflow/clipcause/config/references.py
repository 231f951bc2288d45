"""Names in a configuration that must be the names of something in it."""

from collections.abc import Iterator

from clipcause.config.messages import at, unknown_name
from clipcause.config.questions import question_problems
from clipcause.config.schema import walk
from clipcause.open_clip_words import config_names


def reference_problems(config: dict) -> Iterator[str]:
    """Yield one line per name that nothing has: keys that the schema marks with `refers_to`, and questions' own."""
    for path, node, value in walk(config):
        sections = node.get("refers_to")
        if sections is None or not isinstance(value, str):
            continue
        sections = [sections] if isinstance(sections, str) else sections
        names = [name for section in sections for name in config[section]]
        if value not in names:
            yield at(path, unknown_name(value, names, f"the {' and '.join(sections)}"))
    for name, subset in config["subsets"].items():
        if subset["method"] == "mixture":
            known = [*config["pools"], *config["subsets"]]
            for source in subset["from"]:
                if source not in known:
                    wrong = unknown_name(source, known, "the pools and subsets")
                    yield at(("subsets", name, "from", source), wrong)
    yield from _open_clip_problems(config)
    yield from question_problems(config)


def _open_clip_problems(config: dict) -> Iterator[str]:
    """Models of open_clip bear the name of one of its configs."""
    named = [("models", name, of) for name, of in config["models"].items() if of["architecture"] == "open_clip"]
    named += [("embedders", name, of) for name, of in config["embedders"].items() if of["source"] == "open_clip"]
    for section, name, of in named:
        if of["name"] not in (known := config_names()):
            yield at((section, name, "name"), unknown_name(of["name"], known, "open_clip's configs"))
