"""Presets run on made rows in their sources' exact schema: download, counts, a subset, a short run; whole studies."""

import json

import made_sources
import pyarrow.parquet as pq
import pytest
from checkouts import PROJECT, Checkout
from made_sources import CLASSES, DEAD, POOLS, ROWS, write_fairface, write_hub, write_imagenet_captions, write_pictures

from clipcause.pools.webserver import serve

pytestmark = pytest.mark.slow  # each is a run of Snakemake with training in it
SHORT = {"model": "tiny_16", "samples_seen": 96, "batch_size": 32, "micro_batch_size": None, "precision": "fp32"}
TINY = {
    "seeds": 1,
    "runs_per_job": 1,
    "models": {"tiny_16": {"architecture": "tiny", "image_size": 16}},
    "vocabularies": {"imagenet": {"lemmatizer": "plurals"}},
}
"""Over every preset: a small model, and no WordNet to be fetched."""


@pytest.fixture(scope="module")
def presets(tmp_path_factory, jpeg):
    """A checkout beside a web server that is the hub and the web: `base` is its address, `site` its folder."""
    checkout = Checkout(tmp_path_factory.mktemp("presets"), PROJECT / "config.yaml")
    checkout.site = tmp_path_factory.mktemp("site")
    write_hub(checkout.site, jpeg)
    (checkout.folder / "data").mkdir()
    with serve(checkout.site) as checkout.base, pytest.MonkeyPatch.context() as environment:
        environment.setenv("HF_ENDPOINT", checkout.base.rstrip("/"))
        checkout.urls = write_pictures(checkout.site, checkout.base, jpeg)
        write_imagenet_captions(checkout.folder / "data", jpeg)
        write_fairface(checkout.folder / "data", jpeg)
        yield checkout


def run(presets: Checkout, *targets: str, named: list[str], layer: dict) -> None:
    """Run Snakemake with these presets and, over them, TINY and `layer`."""
    (presets.folder / "tiny.json").write_text(json.dumps(TINY | layer | {"models": TINY["models"]}))
    ran = presets.snakemake(*targets, layers=(*(f"workflow/presets/{name}.yaml" for name in named), "tiny.json"))
    assert ran.returncode == 0, ran.stdout


def pool_layer(presets: Checkout, name: str) -> dict:
    """What makes a pool small: its tables are on the loopback server, in as many files as made_sources has."""
    tables = [presets.base + file for file in POOLS[name](presets.site, presets.urls)]
    return {"metadata": tables, "image_size": 16, "connections": 8, "chunks": 1, "samples_per_shard": 100}


def rows_of(presets: Checkout, path: str) -> list[dict]:
    return pq.read_table(presets.folder / "results" / path).to_pylist()


def verdicts(presets: Checkout, study: str) -> int:
    """How many claims of a study have a verdict."""
    claims = json.loads((presets.folder / f"results/studies/{study}/claims.json").read_text())["claims"]
    return sum(claim["verdict"] is not None for claim in (claims.values() if isinstance(claims, dict) else claims))


def study_of(name: str) -> dict:
    """The smallest study: one run of a pool's recipe."""
    return {
        "title": name,
        "question": "Does it run?",
        "vocabulary": "imagenet",
        "frequency_of": f"{name}_whole",
        "testsets": ["imagenet"],
        "arms": {"clip": {"subset": f"{name}_whole", "recipe": f"{name}_clip"}},
    }


def run_pool(presets: Checkout, name: str, pools: dict) -> None:
    """A pool's preset: the run by its recipe on its whole, and the counts of ImageNet's classes in its captions."""
    layer = {"only": ["small"], "pools": pools, "recipes": {f"{name}_clip": SHORT | {"warmup_samples": 0}}}
    targets = (
        f"results/pools/{name}/card.json",
        f"results/runs/{name}_whole/{name}_clip/seed0/run.json",
        f"results/concepts/imagenet/subsets/{name}_whole/draw0/frequency.parquet",
    )
    layer["studies"] = {"small": study_of(name)}
    run(presets, *targets, named=[f"pools/{name}", "testsets/imagenet"], layer=layer)
    card = json.loads((presets.folder / targets[0]).read_text())
    assert (card["rows"], card["images"], sum(card["failures"].values())) == (ROWS, ROWS - DEAD, DEAD)
    assert json.loads((presets.folder / targets[1]).read_text())["samples_seen"] == SHORT["samples_seen"]
    counted = {row["concept"]: row["captions"] for row in rows_of(presets, targets[2].removeprefix("results/"))}
    assert len(counted) == 1000 and sum(counted[name] for name in CLASSES) >= ROWS - DEAD
    assert len(rows_of(presets, f"subsets/{name}_whole/draw0/manifest.parquet")) == ROWS - DEAD


@pytest.mark.parametrize("name", POOLS)
def test_a_pool_of_the_web(presets, name):
    run_pool(presets, name, {name: pool_layer(presets, name)})
    captions = sorted(row["caption"].rstrip() for row in rows_of(presets, f"pools/{name}/samples.parquet"))
    told = made_sources.captions()
    if name == "yfcc15m":
        told = [text if number % 2 else f"{text} taken & kept" for number, text in enumerate(told)]
    assert captions == sorted(told)


def test_imagenet_captions(presets):
    run_pool(presets, "imagenet_captions", {})
    samples = rows_of(presets, "pools/imagenet_captions/samples.parquet")
    assert {row["label"] for row in samples} == set(CLASSES), "wnids became open_clip's names"
    first = next(row for row in samples if row["filename"].endswith("_4.JPEG"))
    assert first["caption"] == f"{made_sources.captions()[4]} fish pet shop at the <b>sea</b>"


def test_every_test_set_of_the_hub_and_fairface(presets):
    sets = dict.fromkeys(("imagenet", "imagenet_train", "imagenet_v2", "imagenet_r", "imagenet_a"), 24)
    sets |= {"objectnet": 18, "coco": 12, "flickr30k": 12, "fairface": 60}
    named = ["testsets/imagenet", "testsets/imagenet_shifts", "testsets/retrieval", "testsets/fairface"]
    run(presets, *(f"results/testsets/{name}/samples.parquet" for name in sets), named=named, layer={})
    for name, count in sets.items():
        assert len(rows_of(presets, f"testsets/{name}/samples.parquet")) == count
    about = json.loads((presets.folder / "results/testsets/imagenet/testset.json").read_text())
    assert about["classnames"][657] == "missile" and about["classnames"][744] == "missile (744)"
    assert {row["gender"] for row in rows_of(presets, "testsets/fairface/samples.parquet")} == {"Female", "Male"}


def test_the_study_of_wen_et_al_on_cc12m(presets):
    names = ("clip", "supervised", "small_batches", "subsampled")
    recipes = {f"longtail_{name}": SHORT | {"warmup_samples": 0} for name in names}
    recipes["longtail_subsampled"] |= {"batch_size": 2, "vocabulary_size": 3, "samples_seen": 96}
    recipes["longtail_small_batches"] |= {"batch_size": 2}
    layer = {"pools": {"cc12m": pool_layer(presets, "cc12m")}, "recipes": recipes}
    named = ["pools/cc12m", "testsets/imagenet", "studies/longtail_cc12m"]
    run(presets, "longtail_cc12m", named=named, layer=layer)
    assert verdicts(presets, "longtail_cc12m") == 4
    samples = rows_of(presets, "subsets/cc12m_cls/draw0/manifest.parquet")
    assert {row["label"] for row in samples} == {*CLASSES, "tiger"}, "a tiger shark is a tiger as well, as in the paper"


def test_the_study_of_fang_et_al_on_imagenet_captions_and_yfcc15m(presets):
    names = ("clip", "supervised", "simclr", "tuned")
    recipes = {f"imagenet_captions_{name}": SHORT | {"warmup_samples": 0} for name in names}
    for name in ("simclr", "tuned"):
        recipes[f"imagenet_captions_{name}"] |= {"samples_seen": 64, "batch_size": 32}
    layer = {
        "pools": {"yfcc15m": pool_layer(presets, "yfcc15m")},
        "recipes": recipes,
        "subsets": {f"captions_{name}": {"fraction": 0.5} for name in ("eighth", "sixteenth", "thirty_second")},
        "studies": {"robustness_imagenet_captions": {"differs": ["samples_seen", "start"]}},
    }
    named = ["pools/imagenet_captions", "pools/yfcc15m", "testsets/imagenet", "testsets/imagenet_shifts"]
    run(presets, "robustness_imagenet_captions", named=[*named, "studies/robustness_imagenet_captions"], layer=layer)
    assert verdicts(presets, "robustness_imagenet_captions") == 5
    estimates = rows_of(presets, "studies/robustness_imagenet_captions/estimates.parquet")
    told = {
        (row["arm"], row["testset"]) for row in estimates if (row["measure"], row["readout"]) == ("accuracy", "own")
    }
    assert len(told) == 10 * 6, "arms times test sets, whose made pictures are all noise: there is no line to be fitted"


def test_the_study_of_mayilvahanan_et_al_on_laion400m(presets):
    own = {"embedder": "tiny_own"}
    chosen = ("laion_unique", "laion_unlike_sketches", "laion_unlike_all", "laion_nearest")
    layer = {
        "pools": {"laion400m": pool_layer(presets, "laion400m")},
        "recipes": {"similarity_clip": SHORT | {"warmup_samples": 0}, "laion400m_clip": SHORT | {"warmup_samples": 0}},
        "embedders": {
            "tiny_own": {"source": "run", "subset": "laion400m_whole", "recipe": "laion400m_clip"},
            "public": None,
        },
        "subsets": dict.fromkeys(chosen, own) | {"laion_unique": own | {"clusters": None, "distance": 0.00001}},
        "studies": {"similarity_laion400m": own},
    }
    named = ["pools/laion400m", "testsets/imagenet", "testsets/imagenet_shifts", "studies/similarity_laion400m"]
    run(presets, "similarity_laion400m", named=named, layer=layer)
    assert verdicts(presets, "similarity_laion400m") == 2
