"""The same checkpoint on the same test set: our zero-shot and retrieval numbers are the CLIP-benchmark package's."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clipcause.config import resolve
from clipcause.evaluation.encode import encode_runs
from clipcause.evaluation.evaluate import EvaluatedRun, evaluate_runs
from clipcause.evaluation.evaluators import EVALUATORS
from clipcause.evaluation.features import StoredFeatures, unit
from clipcause.evaluation.frequencies import FrequencyFiles
from clipcause.evaluation.testset import read_testset
from clipcause.files.benchmark_layout import write_testset
from clipcause.miniweb.settings import Settings
from clipcause.miniweb.testsets import write_named_testset
from clipcause.models.build import build_model, seeded
from clipcause.models.trained import save_model
from clipcause.testsets.index import index_folder

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
ARCHITECTURES = ("RN50", "ViT-B-32")


@pytest.fixture(scope="module")
def their_numbers(tmp_path_factory):
    """A function (run, test-set folders) -> CLIP-benchmark's metrics per folder, by packages apart from ours."""
    packages = tmp_path_factory.mktemp("packages")
    wanted = ["--no-deps", "--target", packages, "-r", BENCHMARKS / "clip-benchmark.txt"]
    fetched = subprocess.run([sys.executable, "-m", "pip", "install", "-q", *wanted], capture_output=True, text=True)
    if fetched.returncode:
        pytest.skip(f"NOT COMPARED WITH CLIP-BENCHMARK: it cannot be installed: {fetched.stderr[-300:]}")

    def numbers(run: Path, *folders: Path) -> list[dict[str, float]]:
        environment = {**os.environ, "PYTHONPATH": str(packages)}
        command = [sys.executable, BENCHMARKS / "clip_benchmark_numbers.py", run, *folders]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return numbers


@pytest.fixture(scope="module", params=ARCHITECTURES)
def run(request, tmp_path_factory):
    """The folder of a run of a stock config whose weights are still random."""
    directory = tmp_path_factory.mktemp(request.param)
    with seeded(7):
        built = build_model({"architecture": "open_clip", "name": request.param, "image_size": 64}, [])
    save_model(directory, built, "clip", True)
    return directory


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Test-set folders of the miniweb: `balanced`, of 24 classes, and `retrieval`, with several captions per image."""
    root = tmp_path_factory.mktemp("drawn")
    settings = Settings.from_json(json.dumps(resolve({"miniweb": {"test_images_per_class": 4}})["miniweb"]))
    for name in ("balanced", "retrieval"):
        write_named_testset(name, settings, root / name)
    return root


@pytest.fixture(scope="module")
def pacs(tmp_path_factory, real_data):
    """A test-set folder of 140 real photos and sketches of 7 classes."""
    table = pd.read_csv(real_data / "pacs-64.csv")
    table = table[table["domain"].isin(["photo", "sketch"])].groupby(["domain", "label"]).head(10)
    classes = sorted(set(table["label"]))
    folder = tmp_path_factory.mktemp("real") / "pacs"
    with zipfile.ZipFile(real_data / "pacs-64.zip") as images:
        samples = [(images.read(row.path), classes.index(row.label)) for row in table.itertuples()]
    write_testset(folder, samples, classes, ["a photo of a {c}.", "a sketch of a {c}.", "{c}"])
    return folder


@pytest.fixture
def ours(tmp_path, run):
    """A function (test-set folder) -> the run's features on it, and its measures."""

    def evaluated(folder: Path) -> tuple:
        directory = tmp_path / folder.name
        index_folder(folder, directory / "samples.parquet", directory / "testset.json")
        features = tmp_path / "features.safetensors"
        encode_runs([run], [directory], [features], threads=1)
        testset = read_testset(directory)
        pd.DataFrame({"concept": testset.classnames, "captions": 1}).to_parquet(tmp_path / "frequency.parquet")
        written = (tmp_path / each for each in ("predictions", "measures", "evidence"))
        counted = FrequencyFiles({testset.name: "objects"}, {("objects", 0): tmp_path / "frequency.parquet"})
        evaluate_runs([EvaluatedRun(features, 0, *written)], counted, [], [directory], {}, ["own"], 1, {}, EVALUATORS)
        measures = pd.read_parquet(tmp_path / "measures")
        scalars = measures[measures["concept"].isna()].set_index("measure")["value"]
        return StoredFeatures(features).on(testset), scalars

    return evaluated


def test_drawn_images_and_captions(run, drawn, ours, their_numbers):
    classified, retrieved = their_numbers(run, drawn / "balanced", drawn / "retrieval")
    same_accuracy(ours(drawn / "balanced")[1], classified)
    features, measures = ours(drawn / "retrieval")
    scores = unit(features.captions) @ features.unit_images.T
    assert len(features.captions) > len(features.images)
    for k in (1, 5, 10):
        by_caption = [image in np.argsort(-row)[:k] for row, image in zip(scores, features.caption_images, strict=True)]
        by_image = [number in features.caption_images[np.argsort(-row)[:k]] for number, row in enumerate(scores.T)]
        assert measures[f"recall_image_{k}"] == pytest.approx(retrieved[f"image_retrieval_recall@{k}"], abs=1e-4)
        assert measures[f"recall_text_{k}"] == pytest.approx(retrieved[f"text_retrieval_recall@{k}"], abs=1e-4)
        assert np.mean(by_caption) == pytest.approx(retrieved[f"image_retrieval_recall@{k}"], abs=1e-4)
        assert np.mean(by_image) == pytest.approx(retrieved[f"text_retrieval_recall@{k}"], abs=1e-4)


def test_real_images(run, pacs, ours, their_numbers):
    [classified] = their_numbers(run, pacs)
    same_accuracy(ours(pacs)[1], classified)


def same_accuracy(measures, theirs):
    assert measures["accuracy"] == pytest.approx(theirs["acc1"], abs=1e-4)
    assert measures["top5_accuracy"] == pytest.approx(theirs["acc5"], abs=1e-4)
    assert 0 < theirs["acc5"] < 1
