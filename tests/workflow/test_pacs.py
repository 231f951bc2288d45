"""The preset pacs on real images: two studies of another configuration of the same DAG, with shorter runs."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from checkouts import PROJECT, Checkout

from clipcause.config.layers import read_layers

pytestmark = pytest.mark.slow

PRESET = PROJECT / "workflow/presets/pacs.yaml"
STUDIES = read_layers([PRESET])["studies"]
LAYERS = ("workflow/presets/pacs.yaml", "pacs.yaml", "paths.yaml")
DOMAINS = ("photo", "art_painting", "cartoon", "sketch")


@pytest.fixture(scope="module")
def pacs(tmp_path_factory, real_data):
    checkout = Checkout(tmp_path_factory.mktemp("pacs"), PROJECT / "config.yaml")
    shutil.copy2(Path(__file__).parent / "pacs.yaml", checkout.folder)
    zipped, metadata = str(real_data / "pacs-64.zip"), str(real_data / "pacs-64.csv")
    pools = {
        "pacs": {"images": zipped, "metadata": metadata},
        "downloaded": {"site": zipped, "metadata": metadata},
    }
    (checkout.folder / "paths.yaml").write_text(json.dumps({"pools": pools}))
    ran = checkout.snakemake("all", "results/pools/downloaded/samples.parquet", layers=LAYERS)
    assert ran.returncode == 0, ran.stdout
    return checkout


def rows_of(checkout: Checkout, path: str) -> list[dict]:
    return pq.read_table(checkout.folder / "results" / path).to_pylist()


@pytest.mark.parametrize("pool", ["pacs", "downloaded"])
def test_9991_rows_in_9991_rows_with_a_status(pacs, pool):
    rows = rows_of(pacs, f"pools/{pool}/samples.parquet")
    assert len(rows) == len({row["uid"] for row in rows}) == 9991
    assert {row["status"] for row in rows} == {"success"}


@pytest.mark.parametrize("study", STUDIES)
def test_no_test_image_was_trained_on(pacs, study):
    subsets = {arm["subset"] for arm in STUDIES[study]["arms"].values()}
    trained = {row["uid"] for name in subsets for row in rows_of(pacs, f"subsets/{name}/draw0/manifest.parquet")}
    for testset in STUDIES[study]["testsets"]:
        tested = {row["uid"] for row in rows_of(pacs, f"testsets/{testset}/samples.parquet")}
        assert tested and not tested & trained


@pytest.mark.parametrize("arm", ["clip", "supervised"])
def test_accuracy_on_held_out_photos_is_above_chance_by_its_interval(pacs, arm):
    wanted = (arm, "pacs_photo", "accuracy", "own", None)
    (mean,) = [
        row
        for row in rows_of(pacs, "studies/pacs_robustness/estimates.parquet")
        if tuple(row[key] for key in ("arm", "testset", "measure", "readout", "seed")) == wanted
    ]
    assert mean["low"] > 1 / 7


@pytest.mark.parametrize("study", STUDIES)
def test_a_study_reaches_the_report_with_a_verdict_for_each_claim(pacs, study):
    claims = json.loads((pacs.folder / f"results/studies/{study}/claims.json").read_text())["claims"]
    assert {claim["name"] for claim in claims} == set(STUDIES[study]["claims"])
    assert {claim["verdict"] for claim in claims} <= {"supported", "not supported", "inconclusive"}
    assert all(claim["low"] < claim["estimate"] < claim["high"] for claim in claims)
    page = (pacs.folder / "results/report.html").read_text()
    assert STUDIES[study]["title"] in page and all(claim["statement"] in page for claim in claims)
    figures = pacs.folder / f"results/studies/{study}/figures"
    assert all((figures / f"effects_{name}.png").stat().st_size for name in STUDIES[study]["effects"])


def test_arms_of_one_size_are_of_one_size(pacs):
    photos, mixed, but_sketches = (
        rows_of(pacs, f"subsets/{name}/draw0/manifest.parquet")
        for name in ("photos_alone", "mixed", "mixed_but_sketches")
    )
    assert len(photos) == len(mixed) == len(but_sketches)
    domain = {row["uid"]: row["domain"] for row in rows_of(pacs, "pools/pacs/samples.parquet")}
    assert {domain[row["uid"]] for row in photos} == {"photo"}
    assert {domain[row["uid"]] for row in mixed} == set(DOMAINS)
    assert {domain[row["uid"]] for row in but_sketches} == set(DOMAINS) - {"sketch"}


def test_no_image_of_the_near_pruned_subset_is_nearer_to_a_sketch_than_the_reference_is(pacs):
    def nearest(path: str) -> dict[str, float]:
        rows = rows_of(pacs, f"{path}/nearest.parquet")
        return {row["testset_uid"]: row["similarity"] for row in rows if row["testset"] == "pacs_sketch"}

    reference = nearest("embeddings/pacs/testsets/pacs_train_photos")
    whole, pruned = nearest("subsets/everything/draw0"), nearest("subsets/unlike_sketches/draw0")
    assert len(reference) == len(whole) == len(pruned) == len(rows_of(pacs, "testsets/pacs_sketch/samples.parquet"))
    assert all(pruned[uid] <= similarity + 1e-5 for uid, similarity in reference.items())
    assert any(whole[uid] > similarity + 1e-5 for uid, similarity in reference.items())


@pytest.fixture(scope="module")
def pruned(pacs):
    """Near- and far-pruned subsets with each domain as the test set; the embedder was trained on all of them."""
    others = {domain: [each for each in DOMAINS if each != domain] for domain in DOMAINS}
    layer = {"subsets": {}, "testsets": {}}
    for domain in DOMAINS:
        asked = {"from": "pacs", "where": {"domain": others[domain]}, "embedder": "pacs", "testsets": [f"as_{domain}"]}
        first = {"source": "pool", "pool": "pacs", "part": "all"}
        layer["testsets"][f"as_{domain}"] = first | {"where": {"domain": [domain]}}
        layer["testsets"][f"not_{domain}"] = {"source": "pool", "pool": "pacs", "where": {"domain": others[domain]}}
        layer["subsets"][f"near_{domain}"] = asked | {"method": "near_prune", "reference": f"not_{domain}"}
        layer["subsets"][f"far_{domain}"] = asked | {"method": "far_prune", "fraction": 0.25}
    (pacs.folder / "pruned.yaml").write_text(json.dumps(layer))
    names = [f"{kind}_{domain}" for kind in ("near", "far") for domain in DOMAINS]
    files = [f"results/subsets/{name}/draw0/{file}.parquet" for name in names for file in ("manifest", "removed")]
    ran = pacs.snakemake(*files, layers=(*LAYERS, "pruned.yaml"))
    assert ran.returncode == 0, ran.stdout
    return lambda name, file: rows_of(pacs, f"subsets/{name}/draw0/{file}.parquet")


@pytest.mark.parametrize("domain", DOMAINS)
def test_pruning_with_each_domain_as_the_test_set(pruned, pacs, domain):
    index = rows_of(pacs, "pools/pacs/samples.parquet")
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
