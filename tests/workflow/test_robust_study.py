"""Effective robustness and accuracy by similarity through the whole workflow."""

import json

import duckdb
import pandas as pd
import pytest
from checkouts import Checkout

pytestmark = pytest.mark.slow

ARMS = {"photo_quarter", "photo_half", "photo_whole", "diverse"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    checkout = Checkout(tmp_path_factory.mktemp("robustness"))
    arm = "{subset: all_styles, recipe: supervised}"
    (checkout.folder / "larger.yaml").write_text(f"studies: {{robustness: {{arms: {{ten_times: {arm}}}}}}}\n")
    return checkout.after(layer="robustness.yaml").folder / "results"


def test_three_lengths_of_training_carry_a_line(ran):
    table = pd.read_parquet(ran / "studies/robustness/robustness.parquet")
    means = table[table["seed"].isna()]
    assert set(means["arm"]) == ARMS and set(means["testset"]) == {"sketch", "cartoon"}
    assert (table["baselines"] == 3).all() and (table["classes"] == 24).all()
    estimates = pd.read_parquet(ran / "studies/robustness/estimates.parquet")
    robust = estimates[(estimates["measure"] == "effective_robustness") & estimates["seed"].isna()]
    both = robust.merge(means, on=["arm", "testset"])
    assert len(both) == 8 and both["value"].to_numpy() == pytest.approx(both["effective_robustness"].to_numpy())


def test_accuracy_by_similarity_is_of_every_arm_and_test_set(ran):
    table = pd.read_parquet(ran / "studies/robustness/nearness.parquet")
    assert set(table["arm"]) == ARMS and set(table["testset"]) == {"photo", "sketch", "cartoon"}
    size = table.groupby(["arm", "testset", "readout"])["samples"].sum()
    assert (size == 24 * 8).all()


def test_claim_figures_report_and_database_have_it(ran):
    claim, *_ = json.loads((ran / "studies/robustness/claims.json").read_text())["claims"]
    assert claim["measure"] == "effective_robustness" and claim["estimate"] is not None
    index = json.loads((ran / "studies/robustness/figures/index.json").read_text())
    captions = {entry["name"]: entry["caption"] for entry in index}
    assert "Caution: the line rests on only 3 baselines" in captions["robustness"]
    assert "accuracy_by_nearness" in captions
    page = (ran / "report.html").read_text()
    assert "Caution: the line rests on only 3 baselines" in page and "Effective robustness" in page
    with duckdb.connect(str(ran / "results.duckdb"), read_only=True) as database:
        query = "SELECT count(*), any_value(study) FROM {}"
        assert database.execute(query.format("robustness")).fetchone() == (24, "robustness")
        assert database.execute(query.format("nearness")).fetchone()[0] > 0


def test_claims_over_shifts_beyond_the_size_and_beyond_the_pool(ran):
    _, over_shifts, scale, worlds = json.loads((ran / "studies/robustness/claims.json").read_text())["claims"]
    assert over_shifts["testset"] == "sketch, cartoon" and over_shifts["low"] < over_shifts["estimate"]
    assert (scale["verdict"], worlds["verdict"]) == ("not run", "not asked")
    command = "snakemake --configfile config.yaml larger.yaml --cores all robustness"
    assert scale["command"] == command and f"<code>{command}</code>" in (ran / "report.html").read_text()


def test_effects_are_a_table_and_a_figure(ran):
    table = pd.read_parquet(ran / "studies/robustness/effects.parquet")
    assert len(table) == 2 * 3 and table["value"].notna().all() and set(table["readout"]) == {"own"}
    claims = json.loads((ran / "studies/robustness/claims.json").read_text())["claims"]
    mean = table[(table["contrast"] == "distribution") & table["testset"].isna()]
    assert mean["value"].item() == pytest.approx(claims[1]["estimate"])
    assert "Distribution and probes side by side" in (ran / "report.html").read_text()
    with duckdb.connect(str(ran / "results.duckdb"), read_only=True) as database:
        assert database.execute("SELECT count(*), any_value(study) FROM effects").fetchone() == (6, "robustness")
