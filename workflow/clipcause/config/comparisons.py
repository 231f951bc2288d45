"""What makes the arms of a study comparable, and the studies that share a run agree."""

from collections import Counter
from collections.abc import Iterable, Iterator

from clipcause.config.messages import at, shown
from clipcause.config.plan import studies_of, subsets_in
from clipcause.config.recipes import trained
from clipcause.config.schema import schema
from clipcause.config.sources import lineage

# Keys of every recipe that belong to its objective, as do those that one objective alone has. Arms agree in all
# others, or the study says so under `differs`.
OBJECTIVES_OWN = ("objective", "learning_rate", "warmup_samples", "optimizer", "weight_decay")
MACHINES = ("nodes",)  # keys that decide nothing of what is learned


def comparison_problems(config: dict) -> Iterator[str]:
    """Yield one line per key in which a study's arms differ unsaid, or are said to differ and do not."""
    for name, study in config["studies"].items():
        yield from _recipe_problems(name, study, config)
        yield from _vocabulary_problems(name, study, config)
        yield from _embedder_problems(name, study, config)


def _recipe_problems(name: str, study: dict, config: dict) -> Iterator[str]:
    """Arms that are trained differ in what is said; how others trained their models is not known."""
    arms, known = study["arms"].items(), trained(config)
    recipes = {arm: known[each["recipe"]] for arm, each in arms if each["recipe"] in known}
    first = next(iter(recipes), None)
    for key in _shared_keys(recipes.values()) if first else ():
        other = next((arm for arm in recipes if _differ(recipes[arm], recipes[first], key, config)), None)
        if other and key not in (*OBJECTIVES_OWN, *study["differs"]):
            found = f"its {key} is {shown(recipes[other][key])}, that of {first} is {shown(recipes[first][key])}"
            remedy = "arms that are compared agree in it, or the study lists it under differs"
            yield at(("studies", name, "arms", other, "recipe"), f"{found}; {remedy}")
        if not other and key in study["differs"]:
            yield at(("studies", name, "differs"), f"no two arms differ in {key}; take it out of the list")


def _embedder_problems(name: str, study: dict, config: dict) -> Iterator[str]:
    """The subsets of a study tell similarity by one embedder; cosines of two do not compare."""
    first = ("the study itself", study["embedder"]) if study["embedder"] else None
    for arm, parts in study["arms"].items():
        behind = (config["subsets"][each].get("embedder") for each in lineage(config, parts["subset"]))
        for embedder in sorted({*behind} - {None}):
            if first and embedder != first[1]:
                wrong = f"its subset tells similarity by {embedder}, {first[0]} by {first[1]}; use one in a study"
                yield at(("studies", name, "arms", arm, "subset"), wrong)
            first = first or (f"that of {arm}", embedder)
    for other in _studies_before(config, name):
        shared, theirs = subsets_in(study) & subsets_in(config["studies"][other]), config["studies"][other]["embedder"]
        if shared and theirs and study["embedder"] and theirs != study["embedder"]:
            wrong = f"is {study['embedder']}, and {theirs} in {other}, which has the subset {min(shared)} too"
            yield at(("studies", name, "embedder"), f"{wrong}; use one in both")


def _studies_before(config: dict, name: str) -> list[str]:
    """The studies that stand before one."""
    names = list(config["studies"])
    return names[: names.index(name)]


def _vocabulary_problems(name: str, study: dict, config: dict) -> Iterator[str]:
    """A run is measured by one vocabulary, whichever studies contain it."""
    for arm, parts in study["arms"].items():
        other = studies_of(config, parts["subset"], parts["recipe"])[0]
        vocabulary = config["studies"][other]["vocabulary"]
        if study["vocabulary"] != vocabulary:
            wrong = f"{shown(study['vocabulary'])} is not that of {other} ({vocabulary}), which shares the run of {arm}"
            yield at(("studies", name, "vocabulary"), f"{wrong}; a run is measured by one vocabulary")
            return


def _shared_keys(recipes: Iterable[dict]) -> list[str]:
    """The keys that all these recipes have and more than one objective."""
    branches = schema()["properties"]["recipes"]["additionalProperties"]["oneOf"]
    objectives = Counter(key for branch in branches for key in branch["properties"])
    first, *others = recipes
    shared = [key for key in first if objectives[key] > 1 and all(key in recipe for recipe in others)]
    return [key for key in shared if key not in MACHINES]


def _differ(one: dict, other: dict, key: str, config: dict) -> bool:
    """Whether two recipes differ in a key; models by their settings, whatever their names."""
    if key == "model":
        return config["models"][one[key]] != config["models"][other[key]]
    return one[key] != other[key]
