"""What the chosen seeds and test sets can show: of each claim the smallest effect, before anything is run.

The variance of a contrast with weights c_a, over S seeds and n test images, is taken as

    sum_a c_a^2 (seed^2 / S + images^2 / n)

`seed` and `images` are the spreads of the claim's measure: between seeds, and of one image. Both are learnt from claims
that are judged: the first is the pooled standard deviation between the seeds of their arms, the second what it leaves
of their standard errors. Of a measure that no finished study has, nothing is known of the seeds; a share of test images
(accuracy, recall) then still has an upper bound for the images' part, 1/2.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clipcause.config.comparing import family
from clipcause.config.plan import seeds_of
from clipcause.files.outputs import read_json
from clipcause.questions import Question, of_claim
from clipcause.rates.quantities import Quantities
from clipcause.studies.claims import ABOVE, smallest_effect
from clipcause.studies.intervals import Interval

MOST_SEEDS = 100
SHARES = ("accuracy", "recall")  # measures that begin so are shares of test images
NOT_MEASURED = "its spread between seeds was never measured"


@dataclass(frozen=True)
class Spread:
    """Of one measure, the standard deviation between seeds and that of one test image; from so many claims."""

    seed: float
    images: float
    claims: int


@dataclass(frozen=True)
class Detectable:
    """What a claim can show; `smallest` in its measure's unit, None with the `reason`.

    `seeds` would show an effect as large as the margin (None: up to 100 would not, or the margin is 0).
    """

    study: str
    claim: str
    measure: str
    expect: str
    margin: float
    smallest: float | None
    seeds: int | None
    reason: str | None = None


def detectable(config: Mapping, spreads: Mapping[str, Spread]) -> list[Detectable]:
    """What every claim of a resolved configuration that can be asked and has its arms here can show."""
    quantities = Quantities(config)
    return [
        _of_claim(config, study, name, question, spreads, quantities)
        for study, settings in config["studies"].items()
        for name, claim in settings["claims"].items()
        if (question := of_claim(claim)) is not None and all(term.arm in settings["arms"] for term in question.terms)
    ]


def _of_claim(
    config: Mapping,
    study: str,
    name: str,
    question: Question,
    spreads: Mapping[str, Spread],
    quantities: Quantities,
) -> Detectable:
    claim = config["studies"][study]["claims"][name]
    about = study, name, " less ".join(question.measures), claim["expect"], claim["margin"]
    images = [quantities.test_images(testset) for testset in question.testsets]
    if len(question.measures) > 1:
        return Detectable(*about, None, None, "two measures are set against each other, whose spreads are not kept")
    if None in images or not sum(images):
        return Detectable(*about, None, None, "the size of its test sets is not known before they are made")
    spread = spreads.get(question.measures[0])
    if spread is None:
        if not question.measures[0].startswith(SHARES):
            return Detectable(*about, None, None, NOT_MEASURED)
        spread = Spread(0.0, 0.5, 0)
    seeds = min(len(seeds_of(config, _recipe(config, study, term.arm))) for term in question.terms)

    def smallest(count: int) -> float:
        found = _interval(config, study, question, spread, count, sum(images))
        return smallest_effect(found, claim["expect"], claim["margin"])

    beyond = claim["margin"] if claim["expect"] == ABOVE else 0.0  # what `smallest` counts from 0, the margin included
    enough = (count for count in range(2, MOST_SEEDS + 1) if smallest(count) - beyond <= claim["margin"])
    reason = None if spread.claims else f"by test images alone, as if half of the answers were right; {NOT_MEASURED}"
    needed = next(enough, None) if spread.claims and claim["margin"] else None
    return Detectable(*about, smallest(seeds), needed, reason)


def _interval(config: Mapping, study: str, question: Question, spread: Spread, seeds: int, images: int) -> Interval:
    """The interval that such a comparison is expected to have, around 0."""
    weight = sum(c**2 for c in question.terms.values())
    of_images, of_seeds = weight * spread.images**2 / images, weight * spread.seed**2 / seeds
    arms = config["studies"][study]["arms"].values()
    families = {family(config, _recipe(config, study, term.arm)) for term in question.terms}
    alike = sum(family(config, arm["recipe"]) in families for arm in arms)
    total = of_images + of_seeds
    degrees = total**2 / of_seeds**2 * max(alike * (seeds - 1), 1) if of_seeds else math.inf
    return Interval(0.0, -math.inf, math.inf, of_images, of_seeds, degrees, seeds)


def spreads_of(config: Mapping, folder: Path = Path()) -> dict[str, Spread]:
    """The spreads of the measures of claims that are judged in a results folder."""
    quantities = Quantities(config, folder / "results")
    found: dict[str, list[tuple[float, float]]] = {}
    for study, settings in config["studies"].items():
        for measure, variances in _variances(folder / "results/studies" / study, settings, quantities):
            found.setdefault(measure, []).append(variances)
    return {measure: _pooled(variances) for measure, variances in found.items()}


def _variances(folder: Path, study: Mapping, quantities: Quantities) -> Iterator[tuple[str, tuple[float, float]]]:
    """By judged claim its measure, the variance between seeds, and that of one image."""
    if not (folder / "claims.json").exists() or not (folder / "estimates.parquet").exists():
        return
    import pandas as pd

    estimates = pd.read_parquet(folder / "estimates.parquet")
    of_seeds = estimates[estimates["seed"].notna()]
    for judged in read_json(folder / "claims.json")["claims"]:
        claim = study["claims"].get(judged["name"])
        question = of_claim(claim) if claim else None
        if question is None or len(question.measures) > 1 or judged["standard_error"] is None or judged["seeds"] < 2:
            continue
        same = of_seeds["measure"].eq(question.measures[0]) & of_seeds["testset"].isin(question.testsets)
        for column, value in (("readout", question.readout), ("attribute", question.attribute)):
            same &= of_seeds[column].isna() if value is None else of_seeds[column].eq(value)
        means = of_seeds[same].groupby(["arm", "seed"])["value"].mean()
        between = means.groupby("arm").var(ddof=1).dropna()
        images = [quantities.test_images(testset) for testset in question.testsets]
        if between.empty or None in images:
            continue
        weight = sum(c**2 for c in question.terms.values())
        left = judged["standard_error"] ** 2 - weight * between.mean() / judged["seeds"]
        yield question.measures[0], (float(between.mean()), float(max(left, 0.0)) * sum(images) / weight)


def _pooled(variances: list[tuple[float, float]]) -> Spread:
    seed, images = (math.sqrt(sum(each) / len(variances)) for each in zip(*variances, strict=True))
    return Spread(seed, images, len(variances))


def _recipe(config: Mapping, study: str, arm: str) -> str:
    return config["studies"][study]["arms"][arm]["recipe"]
