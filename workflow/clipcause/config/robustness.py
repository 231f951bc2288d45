"""Effective robustness is of arms and test sets that the study has, on a line through baselines that can carry it."""

from collections.abc import Iterator

from clipcause.config.evaluating import learns
from clipcause.config.measurable import without_readout
from clipcause.config.messages import at, unknown_name

FEWEST_BASELINES = 3


def robustness_problems(config: dict) -> Iterator[str]:
    """Yield one line per name in a section `robustness` that its study lacks, and per set of baselines that is none."""
    for name, study in config["studies"].items():
        path, asked = ("studies", name, "robustness"), study["robustness"]
        if asked is not None:
            yield from _testset_problems(path, name, study, config)
            yield from _baseline_problems(path, name, study, config)


def _testset_problems(path: tuple, name: str, study: dict, config: dict) -> Iterator[str]:
    asked, testsets, readout = study["robustness"], study["testsets"], study["robustness"]["readout"]
    named = {("reference",): asked["reference"]} | {
        ("shifts", place): shift for place, shift in enumerate(asked["shifts"])
    }
    for key, testset in named.items():
        if testset not in testsets:
            yield at((*path, *key), unknown_name(testset, testsets, f"the test sets of {name}"))
    if asked["reference"] in asked["shifts"]:
        place = asked["shifts"].index(asked["reference"])
        yield at(
            (*path, "shifts", place), f"{asked['reference']} is the reference, and no shift of itself; take it out"
        )
    if readout not in study["readouts"]:
        yield at((*path, "readout"), unknown_name(readout, study["readouts"], f"the readouts of {name}"))
    objectives = [config["recipes"][each["recipe"]]["objective"] for each in study["arms"].values()]
    if any(learns(readout, objective) for objective in objectives):
        for testset in named.values():
            if testset in testsets and config["testsets"][testset]["train"] is None:
                wrong = f"{testset} names no images that {readout} could learn from; set testsets.{testset}.train"
                yield at((*path, "readout"), wrong)


def _baseline_problems(path: tuple, name: str, study: dict, config: dict) -> Iterator[str]:
    asked, runs = study["robustness"], {}
    for place, arm in enumerate(asked["baselines"]):
        key = (*path, "baselines", place)
        if arm not in study["arms"]:
            yield at(key, unknown_name(arm, study["arms"], f"the arms of {name}"))
            continue
        objective = config["recipes"][study["arms"][arm]["recipe"]]["objective"]
        if wrong := without_readout(asked["readout"], arm, objective):
            yield at(key, f"{wrong}; take a readout that all baselines have")
        run = tuple(study["arms"][arm].values())
        if run in runs:
            yield at(key, f"{arm} is the same run as {runs[run]}, which makes no further point of a line; take one out")
        runs.setdefault(run, arm)
    if len(asked["baselines"]) < FEWEST_BASELINES:
        found = f"{len(asked['baselines'])} baselines, and a line with an interval needs {FEWEST_BASELINES}"
        remedy = "add arms that are trained in distribution alone, of other sizes, widths or samples_seen"
        yield at((*path, "baselines"), f"{found}; {remedy}")
