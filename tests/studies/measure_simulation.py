"""Simulated models with known stereotypes, retrieval, group gaps and robustness: do intervals of contrasts cover?

Like coverage_simulation.py, for the measures that are not counts per class. A score of a test image has a part that all
models share, one of the arm, one of the run, and each seed has its own offset: the luck of samples and seeds.
Run as a script, it prints the table of coverages:  python tests/studies/measure_simulation.py 1000
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from scipy.special import expit, softmax

from clipcause.evaluation.association import (
    associations,
    largest_association_bias,
    mean_association_bias,
    preferred_share,
    representation_bias,
    representation_spread,
)
from clipcause.evaluation.groups import group_accuracy
from clipcause.evaluation.measures import MEASURES
from clipcause.evaluation.retrieval import image_retrieval_recall, ranks, text_retrieval_recall
from clipcause.evaluation.weighting import weighted_mean
from clipcause.studies.intervals import ArmValues, contrast_interval
from clipcause.studies.resampling import resamples
from clipcause.studies.robustness import Counts
from clipcause.studies.robustness_intervals import SampledCounts, robustness_interval

SEEDS, RESAMPLES = 3, 200
ARMS = ("raw", "changed")
CONTRASTS = {"one arm": {"changed": 1.0}, "two arms": {"changed": 1.0, "raw": -1.0}}
Measures = Iterator[tuple[str, np.ndarray]]


def layered(random: np.random.Generator, shape: tuple, shared: np.ndarray, arm: float, run: float) -> np.ndarray:
    """Chance of one arm's runs, [S, *shape]: `shared` by all models, of the arm, and of each run."""
    return shared + random.normal(0, arm, shape) + random.normal(0, run, (SEEDS, *shape))


def retrieval(
    random: np.random.Generator, effect: float, seed: float = 0.08, run: float = 0.45
) -> Iterator[tuple[str, Callable]]:
    """Images and two captions each about a common meaning; `effect` blurs the changed arm's embeddings.

    Every study draws all images anew, the candidates with the queries. `seed` is the spread of how blurred a seed is,
    `run` that of each run on each image and caption; without both, only the test samples are left to chance.
    """
    images, width = 120, 12
    image_of = np.repeat(np.arange(images), 2)
    meaning = random.normal(size=(images, width))
    blur_image, blur_caption = random.normal(0, 0.4, meaning.shape), random.normal(0, 0.6, (2 * images, width))
    for arm in ARMS:
        wider = np.exp(random.normal(0, seed, SEEDS) + effect * (arm == "changed"))[:, None, None]
        pictures = meaning + wider * layered(random, meaning.shape, blur_image, 0.5, run)
        texts = meaning[image_of] + wider * layered(random, blur_caption.shape, blur_caption, 0.6, run)
        found = [ranks(unit(one), unit(other), image_of) for one, other in zip(pictures, texts, strict=True)]

        def measured(weights: np.ndarray | None, found: list = found) -> Measures:
            for k in (1, 5, 10):
                yield f"image recall @{k}", np.stack([image_retrieval_recall(run, k, weights) for run in found], 1)
                yield f"text recall @{k}", np.stack([text_retrieval_recall(run, k, weights) for run in found], 1)

        yield arm, measured


def bias(random: np.random.Generator, effect: float) -> Iterator[tuple[str, Callable]]:
    """An attribute's logits, and those of five labels that lean on it; `effect` lowers both leanings."""
    images, labels = 200, 5
    group = np.arange(images) % 2
    shared, shared_labels = random.normal(0, 1.0, images), random.normal(0, 0.7, (images, labels))
    lean = np.array([0.9, -0.6, 0.4, 0.0, -0.3])
    for arm in ARMS:
        left = 1 - effect * (arm == "changed")
        prefer = 1.6 * left + random.normal(0, 0.25, (SEEDS, 1))
        p = expit(prefer + layered(random, (images,), shared, 0.7, 0.5))
        leaning = lean * left + random.normal(0, 0.15, (SEEDS, 1, labels))
        logits = layered(random, (images, labels), shared_labels, 0.5, 0.4) + leaning * group[:, None]
        q = softmax(logits, axis=2)

        def measured(weights: np.ndarray | None, p: np.ndarray = p, q: np.ndarray = q) -> Measures:
            signed = [associations(one, group, weights) for one in q]
            yield "RB", np.stack([representation_bias(one, 0.5, weights) for one in p], 1)
            yield "preferred share", np.stack([preferred_share(one, weights) for one in p], 1)
            yield "AB mean", np.stack([mean_association_bias(one) for one in signed], 1)
            yield "AB max", np.stack([largest_association_bias(one) for one in signed], 1)

        yield arm, measured


def groups(random: np.random.Generator, effect: float) -> Iterator[tuple[str, Callable]]:
    """Three groups of 80 images that are ever harder; `effect` raises the hardest one."""
    group = np.repeat(np.arange(3), 80)
    shared = random.normal(0, 0.8, len(group))
    for arm in ARMS:
        height = np.array([2.2, 1.2, effect * (arm == "changed")]) + random.normal(0, 0.15, (SEEDS, 3))
        correct = height[:, group] + layered(random, group.shape, shared, 0.6, 0.5) > 0

        def measured(weights: np.ndarray | None, correct: np.ndarray = correct) -> Measures:
            found = [group_accuracy(one, group, weights) for one in correct]
            yield "gap", np.stack([one.gap for one in found], 1)
            yield "relative gap", np.stack([one.relative_gap for one in found], 1)

        yield arm, measured


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors [n, d] at unit length."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


SIMULATIONS = {
    "retrieval": (retrieval, np.zeros(120, dtype=int)),
    "retrieval, samples dominate": (partial(retrieval, seed=0.01, run=0.05), np.zeros(120, dtype=int)),
    "bias": (bias, np.arange(200) % 2),
    "groups": (groups, np.repeat(np.arange(3), 80)),
}


def arms_of(name: str, seed: int, effect: float = 0.0) -> dict[str, dict[str, ArmValues]]:
    """One simulated study: measure -> arm -> values; the same seed gives the same study."""
    simulation, strata = SIMULATIONS[name]
    weights = np.concatenate(list(resamples(strata, RESAMPLES, seed)))
    found: dict[str, dict[str, ArmValues]] = {}
    for arm, measured in simulation(np.random.default_rng([seed, 11]), effect):
        for (measure, values), (_, resampled) in zip(measured(None), measured(weights), strict=True):
            spread = spread_of(measure, values[0].mean())
            found.setdefault(measure, {})[arm] = ArmValues("clip", values[0], resampled, spread)
    return found


def spread_of(measure: str, value: np.ndarray) -> np.ndarray:
    """Shares vary by p (1 - p); distances, by how the difference behind them does, which is no less where it is 0."""
    if measure == "RB":
        return representation_spread(value, 0.5)
    if measure in ("AB mean", "AB max", "gap", "relative gap"):
        return 1 - value**2
    return MEASURES["accuracy"].spread(value)


def counted(
    random: np.random.Generator, ids: np.ndarray, shifts: np.ndarray, chances: list, weights: list
) -> SampledCounts:
    """Counts of K runs of one model whose ability on the two test sets is ids, shifts [K]."""
    counts = []
    for ability, shared, weighting in zip((ids, shifts), chances, weights, strict=True):
        own = random.normal(0, 0.6, len(shared)) + random.normal(0, 0.5, (len(ability), len(shared)))
        right = (ability[:, None] + shared + own > 0).astype(float)
        total = float(len(shared))
        counts.append((right.sum(axis=1), total, weighted_mean(right.T, weighting) * total))
    (id_now, id_total, id_again), (shift_now, shift_total, shift_again) = counts
    return SampledCounts(
        Counts(id_now, id_total, shift_now, shift_total), Counts(id_again, id_total, shift_again, shift_total)
    )


def together(models: list[SampledCounts]) -> SampledCounts:
    """Baselines, each the sum of its seeds."""

    def summed(which: str) -> Counts:
        columns = []
        for one in (getattr(model, which) for model in models):
            columns.append((one.id_correct.sum(axis=-1), one.shift_correct.sum(axis=-1)))
        first = getattr(models[0], which)
        ids, shifts = (np.stack(column, axis=-1) for column in zip(*columns, strict=True))
        return Counts(ids, first.id_total * SEEDS, shifts, first.shift_total * SEEDS)

    return SampledCounts(summed("observed"), summed("resampled"))


def robust_study(
    seed: int, scatter: float, effect: float = 0.0, baselines: int = 6
) -> tuple[dict, dict, SampledCounts]:
    """Arms and baselines on an ID test set of 400 and a shift of 300; `effect` raises the changed arm's shift ability.

    Baselines of ever more ability lie about a line with standard deviation `scatter`, and so do their seeds.
    """
    random = np.random.default_rng([seed, 13])
    sizes = (400, 300)
    chances = [random.normal(0, 0.7, size) for size in sizes]
    weights = [
        np.concatenate(list(resamples(np.zeros(size, dtype=int), RESAMPLES, 2 * seed + number)))
        for number, size in enumerate(sizes)
    ]

    def model(ability: float, above: float, seed_sd: float = 0.08) -> SampledCounts:
        ids = ability + random.normal(0, seed_sd, SEEDS)
        shifts = 0.9 * ids - 0.7 + above + random.normal(0, seed_sd, SEEDS)
        return counted(random, ids, shifts, chances, weights)

    lined = together([model(ability, random.normal(0, scatter)) for ability in np.linspace(0.1, 1.5, baselines)])
    arms = {"raw": model(0.7, 0.0), "changed": model(1.1, effect)}
    return arms, dict.fromkeys(ARMS, "clip"), lined


def coverage(name: str, studies: int, effect: float = 0.0) -> dict[tuple[str, str], dict]:
    """Per contrast and measure: the share of intervals that hold the mean of all simulated contrasts."""
    rows: dict[tuple[str, str], list] = {}
    for seed in range(studies):
        for measure, arms in arms_of(name, seed, effect).items():
            for label, contrast in CONTRASTS.items():
                rows.setdefault((label, measure), []).append(contrast_interval(contrast, arms))
    return {key: covered(intervals) for key, intervals in rows.items()}


def robust_coverage(scatter: float, studies: int) -> dict[str, dict]:
    """The same for effective robustness, where baselines are drawn anew in each study."""
    rows: dict[str, list] = {}
    for seed in range(studies):
        arms, families, baselines = robust_study(seed, scatter)
        for label, contrast in CONTRASTS.items():
            rows.setdefault(label, []).append(robustness_interval(contrast, families, arms, baselines))
    return {label: covered(intervals) for label, intervals in rows.items()}


def covered(intervals: list) -> dict:
    """Coverage of the mean estimate, and what the intervals thought of their error."""
    value, low, high, error = np.array([[i.value, i.low, i.high, i.standard_error] for i in intervals], dtype=float).T
    truth = value.mean()
    return {
        "coverage": np.mean((low <= truth) & (truth <= high)),
        "truth": truth,
        "true_sd": value.std(ddof=1),
        "error": np.sqrt(np.mean(error**2)),
    }


if __name__ == "__main__":
    studies = int(sys.argv[1])
    for name in SIMULATIONS:
        for effect in (0.0, 0.3):
            for (label, measure), row in coverage(name, studies, effect).items():
                print(f"{name:27} {effect} {label:9} {measure:17}", *(f"{key} {x:7.4f}" for key, x in row.items()))
    for scatter in (0.0, 0.05, 0.2):
        for label, row in robust_coverage(scatter, studies).items():
            print(f"robustness scatter {scatter:4} {label:9}", *(f"{key} {x:7.4f}" for key, x in row.items()))
