"""The smallest effects that claims can show: as studies that were judged say themselves, and for other sizes."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from clipcause.planning.detectable import Spread, detectable, spreads_of
from clipcause.studies.claims import smallest_effect
from clipcause.studies.intervals import ArmValues, contrast_interval

IMAGES = 96  # of the test set balanced of the tests' small configuration
ARMS = ("clip", "supervised", "clip_balanced", "supervised_balanced")
CONTRAST = {"supervised": 1, "clip": -1}


@pytest.fixture
def of_accuracy(tiny_config):
    """A function (changes of the claim, seeds) -> the tests' configuration with one claim on accuracy."""

    def make(seeds: int = 3, testset="balanced", **changes) -> dict:
        study = tiny_config["studies"]["longtail"]
        claim = {**study["claims"]["clip_less_biased"], "measure": "accuracy", "testset": testset, **changes}
        return {**tiny_config, "seeds": seeds, "studies": {"longtail": {**study, "claims": {"made": claim}}}}

    return make


def judged(folder, seed_sd: float, image_sd: float, random) -> float:
    """Write a judged study of one claim into a results folder; the smallest effect that it states."""
    values = {arm: 0.6 + random.normal(0, seed_sd, 3) for arm in ARMS}
    arms = {
        arm: ArmValues(
            arm.split("_")[0], values[arm], values[arm] + random.normal(0, image_sd / IMAGES**0.5, (1000, 1))
        )
        for arm in ARMS
    }
    found = contrast_interval(CONTRAST, arms)
    rows = [
        {"arm": arm, "seed": seed, "testset": "balanced", "readout": "own", "measure": "accuracy", "attribute": None,
         "value": value}
        for arm in ARMS for seed, value in enumerate(values[arm])
    ]  # fmt: skip
    study = folder / "results/studies/longtail"
    study.mkdir(parents=True)
    pd.DataFrame(rows).to_parquet(study / "estimates.parquet")
    claim = {"name": "made", "standard_error": float(found.standard_error), "seeds": 3}
    (study / "claims.json").write_text(json.dumps({"claims": [claim]}))
    return float(smallest_effect(found, "above", 0.1))


def test_what_a_judged_study_could_have_shown_is_foretold_for_its_like(of_accuracy, tmp_path):
    random, ratios, seeds, images = np.random.default_rng(0), [], [], []
    for number in range(40):
        folder = tmp_path / str(number)
        stated = judged(folder, seed_sd=0.02, image_sd=0.4, random=random)
        spread = spreads_of(of_accuracy(), folder)["accuracy"]
        (foretold,) = detectable(of_accuracy(margin=0.1), {"accuracy": spread})
        ratios.append((foretold.smallest - 0.1) / (stated - 0.1))
        seeds.append(spread.seed**2)
        images.append(spread.images**2)
    assert np.median(ratios) == pytest.approx(1, abs=0.15)
    assert np.mean(seeds) ** 0.5 == pytest.approx(0.02, rel=0.15)
    assert np.mean(images) ** 0.5 == pytest.approx(0.4, rel=0.3)


def test_by_hand(of_accuracy):
    (found,) = detectable(of_accuracy(seeds=2, margin=0.1), {"accuracy": Spread(0.03, 0.0, 1)})
    error = math.sqrt(2 * 0.03**2 / 2)
    assert found.smallest == pytest.approx(0.1 + (student.ppf(0.975, 4) + student.ppf(0.8, 4)) * error)  # 4 arms


def test_more_seeds_and_larger_test_sets_show_less(of_accuracy):
    def smallest(**settings) -> float:
        (found,) = detectable(of_accuracy(**settings), {"accuracy": Spread(0.03, 0.4, 1)})
        return found.smallest

    assert smallest(seeds=6) < smallest(seeds=3) < smallest(seeds=2)
    assert smallest(testset=["balanced", "natural"]) < smallest()
    assert smallest(seeds=100) > 0.1 + 2.8 * math.sqrt(2 * 0.4**2 / IMAGES)  # the test images' part stays


def test_the_seeds_that_would_do_are_those_from_which_on_it_does(of_accuracy):
    spreads = {"accuracy": Spread(0.05, 0.1, 1)}
    (found,) = detectable(of_accuracy(expect="about_zero", margin=0.06), spreads)
    assert found.smallest > 0.06 and found.seeds > 3
    (enough,) = detectable(of_accuracy(seeds=found.seeds, expect="about_zero", margin=0.06), spreads)
    (short,) = detectable(of_accuracy(seeds=found.seeds - 1, expect="about_zero", margin=0.06), spreads)
    assert enough.smallest <= 0.06 < short.smallest
    (never,) = detectable(of_accuracy(expect="about_zero", margin=0.01), spreads)
    assert never.seeds is None and never.reason is None


def test_what_is_not_known_is_said(of_accuracy):
    (bound,) = detectable(of_accuracy(margin=0.1), {})
    assert bound.smallest == pytest.approx(0.1 + 2.8016 * math.sqrt(2 * 0.25 / IMAGES), rel=1e-3)
    assert "never measured" in bound.reason and bound.seeds is None
    (nothing,) = detectable(of_accuracy(measure="corr_pred"), {})
    assert nothing.smallest is None and "never measured" in nothing.reason


def test_claims_whose_arms_are_not_here_are_left_out(of_accuracy):
    assert detectable(of_accuracy(contrast={"clip": 1, "dino": -1}), {}) == []
