"""Names in a configuration that must be the names of something in it."""

from collections.abc import Iterator

from clipcause.config.messages import at, unknown_name
from clipcause.config.schema import walk
from clipcause.open_clip_words import config_names


def reference_problems(config: dict) -> Iterator[str]:
    """Yield one line per name that nothing has: the keys that the schema marks with `refers_to`, and claims' own."""
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
    for study, settings in config["studies"].items():
        yield from _claim_problems(study, settings)


def _open_clip_problems(config: dict) -> Iterator[str]:
    """Models of open_clip bear the name of one of its configs."""
    named = [("models", name, of) for name, of in config["models"].items() if of["architecture"] == "open_clip"]
    named += [("embedders", name, of) for name, of in config["embedders"].items() if of["source"] == "open_clip"]
    for section, name, of in named:
        if of["name"] not in (known := config_names()):
            yield at((section, name, "name"), unknown_name(of["name"], known, "open_clip's configs"))


def _claim_problems(study: str, settings: dict) -> Iterator[str]:
    """A claim contrasts arms of its own study, on one of its study's test sets, by one of its readouts."""
    for name, claim in settings["claims"].items():
        path = ("studies", study, "claims", name)
        for arm in claim["contrast"]:
            if arm not in settings["arms"]:
                yield at((*path, "contrast", arm), unknown_name(arm, settings["arms"], f"the arms of {study}"))
        if claim["testset"] not in settings["testsets"]:
            wrong = unknown_name(claim["testset"], settings["testsets"], f"the test sets of {study}")
            yield at((*path, "testset"), wrong)
        if claim["readout"] is not None and claim["readout"] not in settings["readouts"]:
            wrong = unknown_name(claim["readout"], settings["readouts"], f"the readouts of {study}")
            yield at((*path, "readout"), wrong)
