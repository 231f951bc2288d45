"""What makes the arms of a study comparable, and the studies that share a run agree."""

from collections.abc import Iterator

from clipcause.config.messages import at, shown
from clipcause.config.plan import studies_of

# A recipe's keys that belong to its objective. Arms agree in all others, or the study says so under `differs`.
OBJECTIVES_OWN = ("objective", "learning_rate", "warmup_samples", "weight_decay")


def comparison_problems(config: dict) -> Iterator[str]:
    """Yield one line per key in which a study's arms differ unsaid, or are said to differ and do not."""
    for name, study in config["studies"].items():
        recipes = {arm: config["recipes"][each["recipe"]] for arm, each in study["arms"].items()}
        first = next(iter(recipes))
        for key in recipes[first]:
            other = next((arm for arm in recipes if _differ(recipes[arm], recipes[first], key, config)), None)
            if other and key not in (*OBJECTIVES_OWN, *study["differs"]):
                found = f"its {key} is {shown(recipes[other][key])}, that of {first} is {shown(recipes[first][key])}"
                remedy = "arms that are compared agree in it, or the study lists it under differs"
                yield at(("studies", name, "arms", other, "recipe"), f"{found}; {remedy}")
            if not other and key in study["differs"]:
                yield at(("studies", name, "differs"), f"no two arms differ in {key}; take it out of the list")
        yield from _vocabulary_problems(name, study, config)


def _vocabulary_problems(name: str, study: dict, config: dict) -> Iterator[str]:
    """A run is measured by one vocabulary, whichever studies contain it."""
    for arm, parts in study["arms"].items():
        other = studies_of(config, parts["subset"], parts["recipe"])[0]
        vocabulary = config["studies"][other]["vocabulary"]
        if study["vocabulary"] != vocabulary:
            wrong = f"{shown(study['vocabulary'])} is not that of {other} ({vocabulary}), which shares the run of {arm}"
            yield at(("studies", name, "vocabulary"), f"{wrong}; a run is measured by one vocabulary")
            return


def _differ(one: dict, other: dict, key: str, config: dict) -> bool:
    """Whether two recipes differ in a key; models by their settings, whatever their names."""
    if key == "model":
        return config["models"][one[key]] != config["models"][other[key]]
    return one[key] != other[key]
