"""Simulated studies with known truth: how often does the 95 % interval of a contrast cover it?

Run as a script, it prints the table of coverages:  python tests/studies/coverage_simulation.py 2000
"""

import sys
import zlib
from dataclasses import dataclass

import numpy as np

from clipcause.evaluation.measures import MEASURES
from clipcause.evaluation.tally import Tally
from clipcause.studies.intervals import ArmValues, contrast_interval
from clipcause.studies.resampling import recentred, resamples


@dataclass(frozen=True)
class Scenario:
    """Two objectives, each on long-tailed and on balanced data.

    A sample's score for its class against each other class: margin + tilt * log frequency + chances with the
    standard deviations below; the largest score wins.
    """

    seed_sd: float  # of a seed's bias towards each class
    difficulty_sd: float  # of a test sample, shared by all models
    arm_difficulty_sd: float  # of a test sample, shared by the seeds of an arm
    noise_sd: float  # of each model on each sample
    seeds: int = 3
    classes: int = 12
    per_class: int = 20
    tilts: tuple[float, ...] = (0.2, 0.5, 0.0, 0.3)
    margins: tuple[float, ...] = (2.6, 2.8, 2.4, 2.9)
    families: tuple[str, ...] = ("clip", "supervised", "clip", "supervised")


SCENARIOS = {
    "seeds dominate": Scenario(seed_sd=0.9, difficulty_sd=0.4, arm_difficulty_sd=0.4, noise_sd=0.5),
    "seeds and samples": Scenario(seed_sd=0.4, difficulty_sd=0.7, arm_difficulty_sd=0.5, noise_sd=0.7),
    "samples dominate": Scenario(seed_sd=0.15, difficulty_sd=0.6, arm_difficulty_sd=1.0, noise_sd=0.2),
    "noise dominates": Scenario(seed_sd=0.15, difficulty_sd=0.3, arm_difficulty_sd=0.2, noise_sd=1.1),
    "common difficulty": Scenario(seed_sd=0.3, difficulty_sd=1.0, arm_difficulty_sd=0.2, noise_sd=0.5),
    "no bias at all": Scenario(
        seed_sd=0.4, difficulty_sd=0.7, arm_difficulty_sd=0.5, noise_sd=0.7, tilts=(0, 0, 0, 0), margins=(2.6,) * 4
    ),
    # An arm whose accuracy varies between seeds twice as much as that of the arm it is pooled with.
    "unequal arms": Scenario(
        seed_sd=0.4, difficulty_sd=0.7, arm_difficulty_sd=0.5, noise_sd=0.7, tilts=(0.2, 0.7, 0, 0), per_class=60
    ),
}
CONTRASTS = {
    "one arm": {"arm1": 1.0},
    "two objectives": {"arm1": 1.0, "arm0": -1.0},
    "two subsets": {"arm1": 1.0, "arm3": -1.0},
}
SCALARS = ("accuracy", "corr_acc", "corr_pred", "accuracy_tail")


def simulate(scenario: Scenario, studies: int, random: np.random.Generator) -> list[np.ndarray]:
    """Predictions of every arm: a list of [n, S, studies], classes by number; sample i is of class i // per_class."""
    classes, samples = scenario.classes, scenario.classes * scenario.per_class
    labels = np.repeat(np.arange(classes), scenario.per_class)
    log_frequency = np.log(frequencies(classes))
    log_frequency = log_frequency - log_frequency.mean()
    # A sample's difficulty is a pull towards one confusable class more than others.
    pull = random.normal(0, scenario.difficulty_sd, (classes, samples, 1, studies)).astype(np.float32)
    arms = []
    for tilt, margin in zip(scenario.tilts, scenario.margins, strict=True):
        score = pull + random.normal(0, scenario.arm_difficulty_sd, (classes, samples, 1, studies))
        score = score + random.normal(0, scenario.seed_sd, (classes, 1, scenario.seeds, studies))
        score = score + random.normal(0, scenario.noise_sd, (classes, samples, scenario.seeds, studies))
        score += tilt * log_frequency[:, None, None, None]
        score[labels, np.arange(samples)] += margin
        arms.append(score.argmax(axis=0))
    return arms


def frequencies(classes: int) -> np.ndarray:
    """Zipf class frequencies, [C]."""
    return np.round(1000 / np.arange(1, classes + 1))


def measured(scenario: Scenario, predictions: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Measures of predictions [n, K] as they are and under weights [R, n]: name -> [1 + R, K]."""
    classes, columns = scenario.classes, predictions.shape[1]
    labels = np.repeat(np.arange(classes), scenario.per_class)
    weights = np.concatenate([np.ones((1, len(labels))), weights]).astype(np.float32)
    right = (predictions == labels[:, None]).astype(np.float32)
    correct = np.stack([weights[:, labels == c] @ right[labels == c] for c in range(classes)], axis=-1)
    predicted = np.stack([weights @ (predictions == c).astype(np.float32) for c in range(classes)], axis=-1)
    frequency, support = frequencies(classes), np.full((len(weights), classes), float(scenario.per_class))
    measured = {name: np.empty((len(weights), columns)) for name in SCALARS}
    for column in range(columns):
        observed, resampled = (
            Tally(frequency, support[rows], correct[rows, column], support[rows], predicted[rows, column])
            for rows in (slice(0, 1), slice(1, None))
        )
        resampled = recentred(observed, resampled)
        for name in SCALARS:
            measured[name][:1, column] = MEASURES[name](observed)
            measured[name][1:, column] = MEASURES[name](resampled)
    return measured


def study(scenario: Scenario, studies: int, count: int, seed: int) -> dict[tuple[str, str], np.ndarray]:
    """Simulate studies; per contrast and measure the rows value, low, high, sample part, seed part: [5, studies]."""
    random = np.random.default_rng([seed, zlib.crc32(repr(scenario).encode())])
    labels = np.repeat(np.arange(scenario.classes), scenario.per_class)
    weights = np.concatenate(list(resamples(labels, count, seed)))
    arms: dict[str, dict[str, ArmValues]] = {name: {} for name in SCALARS}
    for number, predictions in enumerate(simulate(scenario, studies, random)):
        shape = (-1, *predictions.shape[1:])
        for name, values in measured(scenario, predictions.reshape(len(labels), -1), weights).items():
            values = values.reshape(shape)
            spread = MEASURES[name].spread(values[0].mean(axis=0))
            arms[name][f"arm{number}"] = ArmValues(scenario.families[number], values[0], values[1:], spread)
    found = {}
    for label, contrast in CONTRASTS.items():
        for name in SCALARS:
            i = contrast_interval(contrast, arms[name])
            found[label, name] = np.array([i.value, i.low, i.high, i.sample_variance**0.5, i.seed_variance**0.5])
    return found


def coverage(scenario: Scenario, studies: int, count: int = 200, batch: int = 50) -> dict[tuple[str, str], dict]:
    """Per contrast and measure: how many intervals hold the mean of all simulated contrasts, and mean errors."""
    parts = [study(scenario, batch, count, seed) for seed in range(studies // batch)]
    table = {}
    for key in parts[0]:
        value, low, high, sample, seed = np.concatenate([part[key] for part in parts], axis=1)
        defined = ~np.isnan(value)
        value, low, high, sample, seed = (part[defined] for part in (value, low, high, sample, seed))
        truth = value.mean()
        table[key] = {
            "coverage": np.mean((low <= truth) & (truth <= high)),
            "truth": truth,
            "true_sd": value.std(ddof=1),
            "sample_error": sample.mean(),
            "seed_error": seed.mean(),
            "n": len(value),
            "half_width": ((high - low) / 2).mean(),
        }
    return table


if __name__ == "__main__":
    studies = int(sys.argv[1])
    names = sys.argv[2:] or list(SCENARIOS)
    print(f"{studies} studies each; coverage of the 95 % interval of a difference between two arms")
    for label in names:
        for (contrast, name), row in coverage(SCENARIOS[label], studies).items():
            print(f"{label:18} {contrast:15} {name:14}", *(f"{key} {one:7.4f}" for key, one in row.items()), flush=True)
