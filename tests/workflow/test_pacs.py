"""The workflow on real images: PACS through a loopback web server, another configuration of the same DAG."""

import json
import re
import subprocess

import pyarrow.parquet as pq
import pytest
from checkouts import PROJECT, Checkout

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pacs(tmp_path_factory, real_data):
    checkout = Checkout(tmp_path_factory.mktemp("pacs"))
    layer = {"pools": {"pacs": {"site": str(real_data / "pacs-64.zip"), "metadata": str(real_data / "pacs-64.csv")}}}
    (checkout.folder / "paths.yaml").write_text(json.dumps(layer))
    ran = checkout.snakemake(layers=("workflow/presets/pacs.yaml", "paths.yaml"))
    assert ran.returncode == 0, ran.stdout
    return checkout


def test_9991_rows_in_9991_rows_with_a_status(pacs):
    rows = pq.read_table(pacs.folder / "results/pools/pacs/samples.parquet", columns=["uid", "status", "domain"])
    assert rows.num_rows == len(set(rows["uid"].to_pylist())) == 9991
    assert set(rows["status"].to_pylist()) == {"success"}


def test_no_test_image_was_trained_on(pacs):
    results = pacs.folder / "results"
    trained = set(pq.read_table(results / "subsets/three_domains/draw0/manifest.parquet")["uid"].to_pylist())
    for testset in ("held_out_photos", "sketches"):
        tested = set(pq.read_table(results / f"testsets/{testset}/samples.parquet")["uid"].to_pylist())
        assert tested and not tested & trained


@pytest.mark.parametrize("arm", ["clip", "supervised"])
def test_accuracy_on_held_out_photos_is_above_chance_by_its_interval(pacs, arm):
    rows = pq.read_table(pacs.folder / "results/studies/pacs/estimates.parquet").to_pylist()
    (mean,) = [
        row
        for row in rows
        if (row["arm"], row["testset"], row["measure"], row["seed"]) == (arm, "held_out_photos", "accuracy", None)
    ]
    assert mean["low"] > 1 / 7


def test_nothing_outside_the_preset_knows_it_by_name():
    found = subprocess.run(
        ["git", "grep", "-il", "pacs", "--", "Snakefile", "config.yaml", "workflow"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert found.stdout.split() and all(
        re.fullmatch(r"workflow/presets/pacs\..*", name) for name in found.stdout.split()
    )
