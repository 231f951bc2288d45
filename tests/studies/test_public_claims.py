"""Claims about the pools of public models: a planted effect is found, none is not, and what is not known is said."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.special import expit, logit

from clipcause.config import resolve
from clipcause.errors import UserError
from clipcause.studies.public.claims import judge_pools
from clipcause.studies.public.tables import (
    REFERENCE,
    SHIFTS,
    correlation_rows,
    model_correlations,
    public_robustness,
)

SHIFT = "ImageNet Sketch"
ROBUST = {"measure": "effective_robustness", "testset": SHIFT, "expect": "above", "statement": "", "paper": None}
FOLLOWS = {"measure": "corr_acc", "matching": "lemmatized", "expect": "above", "statement": "", "paper": None}


@pytest.fixture
def accuracies():
    """A function (by how much models of a pool are above the baselines' line, on the logit scale) -> the two tables."""

    def make(**above: float) -> tuple[pd.DataFrame, pd.DataFrame]:
        random = np.random.default_rng(0)

        def on_all(x, above):
            return {REFERENCE: expit(x)} | {
                shift: expit(0.9 * x - 1 + above + random.normal(0, 0.05, len(x))) for shift in SHIFTS
            }

        names = np.array([pool for pool in above for _ in range(5)])
        models = on_all(np.tile(np.linspace(0.2, 1.0, 5), len(above)), np.repeat(list(above.values()), 5))
        baselines = pd.DataFrame({"model": [f"net{number}" for number in range(30)]} | on_all(np.linspace(0, 2, 30), 0))
        return baselines, pd.DataFrame({"name": "RN50", "pretrained": names} | models)

    return make


@pytest.fixture
def correlations():
    """A function (how much accuracy follows frequency in a pool, 0 to 1) -> correlations of three models of each."""

    def make(**follows: float):
        random = np.random.default_rng(1)
        classes = [f"class {number}" for number in range(60)]
        accuracy, frequency = [], []
        for pool, strength in follows.items():
            captions = random.permutation(60)
            named = {"pool": pool, "matching": "lemmatized", "class": classes, "captions": captions}
            frequency.append(pd.DataFrame(named))
            for model in ("a", "b", "c"):
                mixed = strength * captions + (1 - strength) * random.permutation(60)
                percent = 2.0 * np.clip(np.rint(mixed * 50 / 60), 0, 50)
                of_model = {"model": model, "pretraining": pool, "class": classes, "accuracy_percent": percent}
                accuracy.append(pd.DataFrame(of_model))
        return pd.concat(accuracy), pd.concat(frequency)

    return make


def judged(claim, tables, correlations=()):
    (found,) = judge_pools({"one": claim}, *tables, correlations, 300)
    return found


@pytest.mark.parametrize(
    ("above", "contrast", "verdict"),
    [
        ({"openai": 0.8}, {"WIT": 1}, "supported"),
        ({"openai": 0.0}, {"WIT": 1}, "not supported"),
        ({"openai": 0.8, "laion2b": 0.2}, {"WIT": 1, "LAION-2B": -1}, "supported"),
        ({"openai": 0.8, "laion2b": 0.8}, {"WIT": 1, "LAION-2B": -1}, "not supported"),
    ],
)
def test_robustness_planted_and_removed(accuracies, above, contrast, verdict):
    tables = accuracies(**above)
    found = judged(ROBUST | {"contrast": contrast, "margin": 4}, tables)
    assert found["verdict"] == verdict
    rows = public_robustness(*tables)
    means = rows[(rows["testset"] == SHIFT) & ~rows["baseline"]].groupby("pool")["effective_robustness"].mean()
    assert found["estimate"] == pytest.approx(sum(weight * means[pool] for pool, weight in contrast.items()))
    assert found["low"] < found["estimate"] < found["high"] and found["models"] == 5


def test_its_interval_holds_images_models_and_the_line(accuracies):
    """The mean of five models against a sum worked out by hand."""
    baselines, models = accuracies(openai=0.8)
    found = judged(ROBUST | {"contrast": {"WIT": 1}, "margin": 2}, (baselines, models))
    x, y = logit(baselines[REFERENCE].to_numpy()), logit(baselines[SHIFT].to_numpy())
    slope, intercept = np.polyfit(x, y, 1)
    at = logit(models[REFERENCE].to_numpy())
    expected = expit(slope * at + intercept)
    rho = 100 * (models[SHIFT].to_numpy() - expected)
    models_part = rho.var(ddof=1) / 5
    steep, p = 100 * expected * (1 - expected), models[SHIFT].to_numpy()
    q = models[REFERENCE].to_numpy()
    shift_part = (100 * np.sqrt(p * (1 - p) / SHIFTS[SHIFT].images)).mean() ** 2
    id_part = (steep * slope * np.sqrt(1 / (q * (1 - q)) / 50_000)).mean() ** 2
    scatter = ((y - slope * x - intercept) ** 2).sum() / 28
    line_part = scatter * (steep.mean() ** 2 / 30 + (steep * (at - x.mean())).mean() ** 2 / ((x - x.mean()) ** 2).sum())
    by_hand = np.sqrt(models_part + shift_part + id_part + line_part)
    assert found["standard_error"] == pytest.approx(by_hand, rel=0.03)


def test_models_outside_the_range_of_the_baselines_are_left_out(accuracies):
    baselines, models = accuracies(openai=0.8, cc12m=0.8)
    models.loc[models["pretrained"] == "cc12m", REFERENCE] = 0.1
    models.loc[0, REFERENCE] = 0.1
    found = judged(ROBUST | {"contrast": {"WIT": 1}, "margin": 2}, (baselines, models))
    rows = public_robustness(baselines, models)
    kept = rows[(rows["testset"] == SHIFT) & (rows["pool"] == "WIT") & ~rows["extrapolates"]]
    assert found["models"] == len(kept) == 4
    assert found["estimate"] == pytest.approx(kept["effective_robustness"].mean())
    none_left = judged(ROBUST | {"contrast": {"CC12M": 1}, "margin": 2}, (baselines, models))
    assert none_left["estimate"] is None and none_left["verdict"] == "inconclusive"
    assert none_left["reason"] == "every model of CC12M is more or less accurate on the reference than all baselines"


@pytest.mark.parametrize(("large", "verdict"), [(0.1, "supported"), (0.9, "not supported")])
def test_correlations_planted_and_removed(accuracies, correlations, large, verdict):
    tables = correlations(cc3m=0.9, laion400m=large)
    claim = FOLLOWS | {"contrast": {"cc3m": 1, "laion400m": -1}, "margin": 0.2}
    found = judged(claim, accuracies(openai=0), model_correlations(*tables, 300))
    assert (found["verdict"], found["testset"], found["models"]) == (verdict, REFERENCE, 3)
    means = correlation_rows(model_correlations(*tables, 2)).groupby("pretraining")["corr_acc"].mean()
    assert found["estimate"] == pytest.approx(means["cc3m"] - means["laion400m"])


def test_a_pool_without_models_is_named(accuracies):
    with pytest.raises(UserError, match=r"claim 'one': no model of pool 'LAION-2'.*did you mean 'LAION-2B'\?"):
        judged(ROBUST | {"contrast": {"LAION-2": 1}, "margin": 2}, accuracies(laion2b=0))


def test_an_unknown_way_of_matching_leaves_no_pool(accuracies, correlations):
    found = model_correlations(*correlations(cc3m=0.9), 10)
    with pytest.raises(UserError, match="no model of pool 'cc3m'; there are none"):
        judged(FOLLOWS | {"matching": "stemmed", "contrast": {"cc3m": 1}, "margin": 0}, accuracies(openai=0), found)


def test_the_shipped_claims_on_the_published_tables(published):
    """What they come to; where the margins were set, the numbers were known."""
    shipped = resolve(yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text()))["published"]["claims"]
    found = model_correlations(published["accuracies"], published["frequencies"], 100)
    judged = judge_pools(shipped, published["baselines"], published["models"], found, 100)
    claims = {each["name"]: each for each in judged}
    assert {claim["verdict"] for claim in claims.values()} == {"supported"}
    assert claims["correlation_falls_with_the_pool"]["estimate"] == pytest.approx(0.39, abs=0.005)
    assert claims["robust_on_sketches"]["estimate"] == pytest.approx(36.1, abs=0.05)
