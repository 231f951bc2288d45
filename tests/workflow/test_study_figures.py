"""Figures of what stands beside a study's tables, through the whole workflow."""

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from checkouts import Checkout

pytestmark = pytest.mark.slow

LAYERS = ("figures.yaml",)


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Checkout:
    """A checkout in which the study has run."""
    return Checkout(tmp_path_factory.mktemp("figures")).after(layer="figures.yaml")


@pytest.fixture(scope="module")
def drawn(finished) -> Path:
    return finished.folder / "results/studies/drawn/figures"


def test_the_study_s_own_curves_come_first_and_the_rest_is_drawn(drawn, finished):
    names = [entry["name"] for entry in json.loads((drawn / "index.json").read_text())]
    assert names[0] == "curve_scale"
    for name in ("similarity", "similarity_gap", "data_and_model_bias", "quality_by_bias", "spread_by_frequency"):
        assert name in names
    assert "Data scale" in (finished.folder / "results/report.html").read_text()


def test_pruning_leaves_no_test_image_of_its_test_set_nearer_than_the_reference(drawn):
    gaps = pd.read_csv(drawn / "similarity_gap.csv").set_index(["of", "testset"])
    assert set(gaps["reference_set"]) == {"reference"}
    assert gaps.loc[("pruned", "sketch"), "nearer"] == 0
    assert gaps.loc[("whole", "sketch"), "nearer"] > 0 and gaps.loc[("whole", "sketch"), "samples"] == 24 * 4


def test_bias_of_the_data_is_that_of_the_data_cards(drawn, finished):
    frame = pd.read_csv(drawn / "data_and_model_bias.csv")
    data = frame[frame["of"] == "data"].set_index(["arm", "measure"])["value"]
    told = json.loads((finished.folder / "results/subsets/fair/draw0/details.json").read_text())["attributes"]["gold"]
    assert data["clip_m4", "rb"] == pytest.approx(100 * told["representation_bias"])
    assert data["clip_m4", "rb"] < data["clip", "rb"]
    assert (frame["of"] == "model").sum() == 4 * 3 * 3  # arms, measures, two seeds and their mean


def test_collapse_of_a_class_is_a_mean_over_seeds(drawn, finished):
    frame = pd.read_csv(drawn / "spread_by_frequency.csv").set_index(["arm", "concept"])
    runs = [finished.folder / f"results/evaluations/whole/clip/seed{seed}/measures.parquet" for seed in (0, 1)]
    found = pd.concat(map(pd.read_parquet, runs)).query("measure == 'class_nc1' and testset == 'balanced'")
    for concept, value in found.groupby("concept")["value"].mean().items():
        assert frame.loc[("clip", concept), "value"] == pytest.approx(value)


def test_the_database_tells_how_near_the_reference_set_is(finished):
    with duckdb.connect(finished.folder / "results/results.duckdb", read_only=True) as database:
        query = "SELECT embedder, reference, testset, count(*) FROM reference_nearest GROUP BY ALL ORDER BY testset"
        rows = database.execute(query).fetchall()
    assert ("own", "reference", "sketch", 24 * 4) in rows and len(rows) == 5


def test_a_second_run_does_nothing_and_an_edit_of_a_curve_draws_alone(finished):
    assert finished.jobs(layers=LAYERS) == {}
    layer = finished.folder / "figures.yaml"
    before = layer.read_text()
    layer.write_text(before.replace("Data scale", "Scale of the data"))
    jobs = finished.jobs(layers=LAYERS)
    layer.write_text(before)
    assert set(jobs) == {"draw_figures", "build_page", "build_database", "all"}
