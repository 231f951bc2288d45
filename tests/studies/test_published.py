"""Public models measured by our own code: published tables in, robustness and correlations out."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from clipcause.studies.__main__ import main
from clipcause.studies.public.pools import BY_WEIGHTS, pool_of
from clipcause.studies.public.tables import REFERENCE, SHIFTS, correlation_rows, model_correlations, public_robustness
from clipcause.studies.robustness import Counts, fit_line, robustness


@pytest.fixture
def made(tmp_path):
    """Small tables as published ones are: five baselines, two models, one model's accuracy per class."""
    x = np.array([0.3, 0.4, 0.5, 0.6, 0.7])
    shifts = {shift: 0.7 * x + 0.01 * place * np.array([1, -1, 0, 1, -1]) for place, shift in enumerate(SHIFTS)}
    baselines = pd.DataFrame({"model": [f"net{number}" for number in range(5)], REFERENCE: x} | shifts)
    models = pd.DataFrame({"name": ["RN50", "RN50"], "pretrained": ["openai", "cc12m"], REFERENCE: [0.6, 0.2]})
    models = models.assign(**{shift: [0.55, 0.1] for shift in SHIFTS})
    classes = [f"class {number}" for number in range(40)]
    random = np.random.default_rng(0)
    percent = 2.0 * np.clip(np.arange(40) + random.integers(-9, 9, 40), 0, 50)
    accuracies = pd.DataFrame({"model": "RN50", "pretraining": "cc12m", "class": classes, "accuracy_percent": percent})
    captions = {"lemmatized": np.arange(40) ** 2, "lowercased": random.integers(0, 9, 40)}
    frequencies = pd.concat(
        pd.DataFrame({"pool": "cc12m", "matching": way, "class": classes[::-1], "captions": values[::-1]})
        for way, values in captions.items()
    )
    tables = {"baselines": baselines, "models": models, "accuracies": accuracies, "frequencies": frequencies}
    for name, frame in tables.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    return tables | {"folder": tmp_path}


def arguments(folder, *names):
    flags = [part for name in names for part in (f"--{name}", str(folder / f"{name}.csv"))]
    return ["public", *flags, "--resamples", "50", "--output", str(folder / "out")]


def test_robustness_is_that_of_the_same_counts(made):
    found = public_robustness(made["baselines"], made["models"])
    assert len(found) == 4 * 7
    images = SHIFTS["ImageNet-A"].images

    def counts(frame):
        return Counts(frame[REFERENCE].to_numpy() * 5e4, 5e4, frame["ImageNet-A"].to_numpy() * images, images)

    expected = robustness(fit_line(counts(made["baselines"])), counts(made["models"]))
    rows = found[(found["testset"] == "ImageNet-A") & ~found["baseline"]]
    for name, column in (("rho", "effective_robustness"), ("low", "low"), ("baseline_high", "baseline_high")):
        assert rows[column].to_numpy() == pytest.approx(getattr(expected, name))
    assert rows["extrapolates"].tolist() == [False, True]
    assert rows["pool"].tolist() == ["WIT", "CC12M"] and set(rows["classes"]) == {200}
    assert found["effective_robustness"].to_numpy() == pytest.approx(
        100 * (found["shift_accuracy"] - found["expected"]).to_numpy()
    )


def test_correlation_is_spearmans_of_the_classes_by_name(made):
    found = correlation_rows(model_correlations(made["accuracies"], made["frequencies"], 100)).set_index("matching")
    percent = made["accuracies"]["accuracy_percent"]
    expected = spearmanr(np.arange(40) ** 2, percent).statistic
    assert found.loc["lemmatized", "corr_acc"] == pytest.approx(expected)
    assert found.loc["lemmatized", "low"] < expected < found.loc["lemmatized", "high"]
    assert abs(found.loc["lowercased", "corr_acc"]) < 0.5


def test_command(made):
    assert main(arguments(made["folder"], "baselines", "models", "accuracies", "frequencies")) == 0
    output = made["folder"] / "out"
    assert len(pd.read_parquet(output / "robustness.parquet")) == 28
    assert len(pd.read_parquet(output / "correlations.parquet")) == 2
    index = json.loads((output / "figures" / "index.json").read_text())
    assert [entry["name"] for entry in index] == ["robustness", "frequency_correlations"]
    assert "2 public CLIP models" in index[0]["caption"] and "1 models are less or more" in index[0]["caption"]
    for entry in index:
        for suffix in ("svg", "png", "csv"):
            assert (output / "figures" / f"{entry['name']}.{suffix}").stat().st_size > 0


def test_command_without_classes_has_no_correlations(made):
    assert main(arguments(made["folder"], "baselines", "models")) == 0
    output = made["folder"] / "out"
    assert pd.read_parquet(output / "correlations.parquet").empty
    assert [entry["name"] for entry in json.loads((output / "figures/index.json").read_text())] == ["robustness"]
    assert json.loads((output / "claims.json").read_text()) == {"claims": []}


def test_command_judges_claims(made):
    claim = {"measure": "effective_robustness", "testset": "ImageNet-R", "contrast": {"WIT": 1}, "expect": "above"}
    claims = json.dumps({"one": claim | {"margin": 0, "statement": "It is robust.", "paper": None}})
    assert main([*arguments(made["folder"], "baselines", "models"), "--claims", claims]) == 0
    (judged,) = json.loads((made["folder"] / "out/claims.json").read_text())["claims"]
    rows = public_robustness(made["baselines"], made["models"])
    (found,) = rows[(rows["testset"] == "ImageNet-R") & (rows["pool"] == "WIT")]["effective_robustness"]
    assert judged["estimate"] == pytest.approx(found)
    assert (judged["name"], judged["statement"], judged["models"]) == ("one", "It is robust.", 1)


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("models", {"ImageNet-R": None}, "models.csv: no column ImageNet-R"),
        ("models", {"ImageNet-R": 55.0}, "column ImageNet-R holds other things than accuracies from 0 to 1"),
        ("frequencies", {"class": "another"}, "no captions for class 'class 0' of RN50"),
        ("accuracies", {"class": None}, "accuracies.csv: no column class"),
    ],
)
def test_tables_that_do_not_fit_are_refused(made, capsys, table, change, message):
    ((column, value),) = change.items()
    frame = made[table].drop(columns=column) if value is None else made[table].assign(**change)
    if table == "frequencies":
        frame = frame.drop_duplicates(["matching", "class"])
    frame.to_csv(made["folder"] / f"{table}.csv", index=False)
    assert main(arguments(made["folder"], "baselines", "models", "accuracies", "frequencies")) == 1
    assert message in capsys.readouterr().err
    assert not (made["folder"] / "out").exists()


def test_one_of_the_tables_per_class_is_not_enough(made, capsys):
    assert main(arguments(made["folder"], "baselines", "models", "accuracies")) == 1
    assert "correlations need both --accuracies and --frequencies" in capsys.readouterr().err


def test_longer_names_of_weights_come_first():
    """Else they would never be found."""
    starts = list(BY_WEIGHTS)
    for place, start in enumerate(starts):
        assert not any(start.startswith(earlier) for earlier in starts[:place])
    assert pool_of("datacomp_s34b_b86k").pool == "DataComp-1B"
    assert pool_of("datacomp_s_s13m_b4k").pool == "DataComp small"
    assert pool_of("of_my_own") == ("of_my_own", "Others")


def test_published_correlations_fall_with_the_size_of_the_pool(published):
    """0.50 for a model trained on CC3M, 0.37 on CC12M, 0.09 to 0.12 on LAION-400M."""
    found = correlation_rows(model_correlations(published["accuracies"], published["frequencies"], 20))
    found = found[found["matching"] == "lemmatized"].set_index(["model", "pretraining"])["corr_acc"].round(2)
    assert (found["RN50", "cc3m"], found["RN50", "cc12m"]) == (0.50, 0.37)
    assert sorted(found[found.index.get_level_values("pretraining") == "laion400m"]) == [0.09, 0.12, 0.12]


def test_published_robustness_follows_the_pool(published):
    """On sketches, models of LAION's pools are ahead of OpenAI's, and these of YFCC's; all pools are known."""
    found = public_robustness(published["baselines"], published["models"])
    clip = found[~found["baseline"] & (found["testset"] == "ImageNet Sketch")]
    assert len(clip) == 121
    assert set(clip["pool"]) <= {pool.pool for pool in BY_WEIGHTS.values()}
    median = clip.groupby("pool")["effective_robustness"].median()
    assert median["LAION-400M"] > median["WIT"] + 3 > median["YFCC-15M"] + 6
    inside = clip[~clip["extrapolates"]]
    assert len(inside) > 90 and (inside["low"] > 0).all()
