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
    checkout = Checkout(tmp_path_factory.mktemp("pacs"), PROJECT / "config.yaml")
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


DOMAINS = ("photo", "art_painting", "cartoon", "sketch")


@pytest.fixture(scope="module")
def pruned(pacs):
    """Near- and far-pruned subsets with each domain as the test set; the embedder was trained on all of them."""
    others = {domain: [each for each in DOMAINS if each != domain] for domain in DOMAINS}
    layer = {
        "embedders": {"own": {"source": "run", "subset": "all_pacs", "recipe": "pacs_clip"}},
        "subsets": {"all_pacs": {"method": "all", "from": "pacs"}},
        "testsets": {},
    }
    for domain in DOMAINS:
        asked = {"from": "pacs", "where": {"domain": others[domain]}, "embedder": "own", "testsets": [f"as_{domain}"]}
        first = {"source": "pool", "pool": "pacs", "part": "all"}
        layer["testsets"][f"as_{domain}"] = first | {"where": {"domain": [domain]}}
        layer["testsets"][f"not_{domain}"] = {"source": "pool", "pool": "pacs", "where": {"domain": others[domain]}}
        layer["subsets"][f"near_{domain}"] = asked | {"method": "near_prune", "reference": f"not_{domain}"}
        layer["subsets"][f"far_{domain}"] = asked | {"method": "far_prune", "fraction": 0.25}
    (pacs.folder / "pruned.yaml").write_text(json.dumps(layer))
    names = [f"{kind}_{domain}" for kind in ("near", "far") for domain in DOMAINS]
    files = [f"results/subsets/{name}/draw0/{file}.parquet" for name in names for file in ("manifest", "removed")]
    ran = pacs.snakemake(*files, layers=("workflow/presets/pacs.yaml", "paths.yaml", "pruned.yaml"))
    assert ran.returncode == 0, ran.stdout

    def read(name, file):
        return pq.read_table(pacs.folder / f"results/subsets/{name}/draw0/{file}.parquet").to_pylist()

    return read


@pytest.mark.parametrize("domain", DOMAINS)
def test_pruning_with_each_domain_as_the_test_set(pruned, pacs, domain):
    index = pq.read_table(pacs.folder / "results/pools/pacs/samples.parquet").to_pylist()
    label = {row["uid"]: row["label"] for row in index}
    others = {row["uid"] for row in index if row["domain"] != domain and not row["held_out"]}
    near, gone = pruned(f"near_{domain}", "manifest"), pruned(f"near_{domain}", "removed")
    assert {row["uid"] for row in near + gone} == others and len(near) + len(gone) == len(others)
    assert near and gone and all(row["similarity"] > row["threshold"] for row in gone)
    far, dropped = pruned(f"far_{domain}", "manifest"), pruned(f"far_{domain}", "removed")
    assert len(far) == round(len(others) / 4) and {row["uid"] for row in far + dropped} == others
    alike = sum(label[row["uid"]] == label[row["testset_uid"]] for row in gone) / len(gone)
    assert alike > 2 / 7  # twice what chance would give: content, not only style, makes images near


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
