"""Runs evaluated from stored features: files in, tidy tables out, no model."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from tiny_words import CLASSNAMES

from clipcause.errors import UserError
from clipcause.evaluation.encode import encode_runs
from clipcause.evaluation.evaluate import EvaluatedRun, evaluate_runs
from clipcause.evaluation.evaluators import EVALUATORS, Evaluator, Row
from clipcause.evaluation.frequencies import FrequencyFiles, read_frequency
from clipcause.evaluation.outcomes import COLUMNS, outcomes_of, read_predictions, write_predictions
from clipcause.evaluation.readouts import READOUTS

EVERY = [*READOUTS, "4_shot"]


@pytest.fixture
def files(tmp_path, save_run, make_testset):
    """Features of a CLIP run and of a supervised one, on two test sets, one of retrieval, and one to learn from."""
    make_testset("photo"), make_testset("plain", count=12, seed=1), make_testset("reference", count=45, seed=2)
    make_testset("pairs", count=3, captions=[["a cat"], ["a dog"], ["an owl"]])
    runs = [save_run("clip", seed=22), save_run("supervised", seed=3, classes=["yak", "owl", "cat"])]
    testsets = [tmp_path / "testsets" / name for name in ("photo", "plain", "pairs", "reference")]
    outputs = [tmp_path / f"evaluations/longtail/{run.name}/seed0/features.safetensors" for run in runs]
    encode_runs(runs, testsets, outputs, threads=1)
    frequency = pd.DataFrame({"concept": ["cat", "dog", "owl", "yak"], "captions": [9, 5, 1, 0]})
    frequency.to_parquet(tmp_path / "frequency.parquet")
    pd.DataFrame({"uid": ["a", "b"]}).to_parquet(tmp_path / "manifest.parquet")
    return tmp_path


def evaluate(
    files, names=("clip", "supervised"), testsets=("photo", "plain", "pairs"), readouts=EVERY, seed=0, evaluators=None
):
    runs = [evaluated(files, name, seed) for name in names]
    train = {"photo": files / "testsets/reference"}
    counted = FrequencyFiles(dict.fromkeys(testsets, "animals"), {("animals", seed): files / "frequency.parquet"})
    testsets, manifests = [files / "testsets" / name for name in testsets], sorted(files.glob("*manifest.parquet"))
    evaluate_runs(runs, counted, manifests, testsets, train, readouts, 1, {}, evaluators or EVALUATORS)
    return {run: pd.read_parquet(each.measures) for run, each in zip(names, runs, strict=True)}


def evaluated(files, name, seed=0):
    folder = files / f"evaluations/longtail/{name}/seed0"
    written = (folder / "predictions.parquet", folder / "measures.parquet", folder / "evidence.safetensors")
    return EvaluatedRun(folder / "features.safetensors", seed, *written)


def predicted(files, name):
    return pd.read_parquet(evaluated(files, name).predictions)


def test_predictions_hold_every_sample_once_per_readout_that_applies_and_draw(files):
    evaluate(files)
    clip, supervised = (predicted(files, name) for name in ("clip", "supervised"))
    assert list(clip.columns) == COLUMNS
    probes = ["linear_probe", *["4_shot"] * 5]
    expected = {
        "clip": {"photo": ["own", "class_name", "template", "ensemble", "shuffled", *probes], "plain": EVERY[:5]},
        "supervised": {"photo": ["own", "head", *probes], "plain": ["own", "head"]},
    }
    for frame, asked in ((clip, expected["clip"]), (supervised, expected["supervised"])):
        for testset, readouts in asked.items():
            samples = pd.read_parquet(files / "testsets" / testset / "samples.parquet")
            rows = frame[frame["testset"] == testset]
            assert rows["uid"].tolist() == samples["uid"].tolist() * len(readouts)
            assert rows["label"].tolist() == samples["label"].tolist() * len(readouts)
            assert rows["readout"].tolist() == np.repeat(readouts, len(samples)).tolist()
    assert (clip["prediction"] == clip["label"]).equals(clip["rank"] == 1)
    assert set(supervised.query("readout == 'head'")["prediction"]) <= {"cat", "owl"}
    assert set(supervised.query("readout == 'head' and label == 'dog'")["rank"]) == {3}
    assert clip.query("readout == 'linear_probe'")["rank"].eq(1).mean() > 0.5


def test_own_repeats_what_the_model_was_made_for(files):
    evaluate(files)
    for name, own in (("clip", "ensemble"), ("supervised", "head")):
        frame = predicted(files, name).drop(columns="draw")
        one, other = (frame[frame["readout"] == each].drop(columns="readout") for each in ("own", own))
        pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))


def test_measures_are_tidy_and_say_why_one_is_missing(files):
    measures = evaluate(files)["supervised"]
    assert list(measures.columns) == ["testset", "readout", "measure", "attribute", "concept", "value", "reason"]
    photo = measures.query("testset == 'photo' and readout == 'own'")
    frame = predicted(files, "supervised").query("testset == 'photo' and readout == 'own'")
    right = frame["label"] == frame["prediction"]
    assert photo.query("measure == 'accuracy'")["value"].item() == pytest.approx(right.mean())
    by_class = photo.query("measure == 'class_accuracy'").set_index("concept")["value"]
    assert by_class.to_dict() == pytest.approx(right.groupby(frame["label"]).mean().to_dict())
    assert "at most five classes" in photo.query("measure == 'top5_accuracy'")["reason"].item()
    template = measures.query("readout == 'template' and measure == 'accuracy'").set_index("testset")["reason"]
    assert template["photo"] == "the objective supervised trains no text tower to ask in words"
    assert template["pairs"] == "a retrieval test set has no classes"
    probe = measures.query("readout == 'linear_probe' and testset == 'plain'")
    assert probe["value"].isna().all() and probe["reason"].str.contains("learn from").all()


class Frequent(Evaluator):
    """How many captions mention an owl."""

    def rows(self, subject):
        yield Row("captions of owl", float(subject.frequency["owl"]))


class Spread(Evaluator):
    """An evaluator of one's own: how far the images' features lie from their mean, and the readouts that apply."""

    def rows(self, subject):
        yield Row("spread", subject.features.images.std(axis=0).mean())
        yield from (Row("samples", len(each.uids), readout) for readout, each in subject.outcomes.items())


def test_another_evaluator_is_one_more_entry(files):
    before = evaluate(files, ["clip"])["clip"]
    measures = evaluate(files, ["clip"], evaluators=EVALUATORS | {"spread": Spread()})["clip"]
    added = measures[measures["measure"].isin(["spread", "samples"])]
    assert set(added.query("measure == 'spread'")["testset"]) == {"photo", "plain", "pairs"}
    assert added.query("measure == 'spread'")["readout"].isna().all()
    assert added.query("testset == 'plain' and readout == 'own'")["value"].tolist() == [12]
    pd.testing.assert_frame_equal(measures.drop(added.index).reset_index(drop=True), before)


def test_few_shot_accuracy_is_the_mean_over_draws(files):
    measures = evaluate(files, ["clip"])["clip"]
    frame = predicted(files, "clip").query("readout == '4_shot'")
    draws = (frame["label"] == frame["prediction"]).groupby(frame["draw"]).mean()
    assert len(draws) == 5
    found = measures.query("readout == '4_shot' and testset == 'photo' and measure == 'accuracy'")["value"].item()
    assert found == pytest.approx(draws.mean())


def test_same_bytes_twice_and_other_draws_for_another_seed(files):
    run, bytes_of = evaluated(files, "clip"), []
    for seed in (0, 0, 1):
        evaluate(files, ["clip"], seed=seed)
        bytes_of.append((run.predictions.read_bytes(), run.measures.read_bytes()))
    assert bytes_of[0] == bytes_of[1] != bytes_of[2]


def test_class_without_frequency_is_named(files):
    pd.DataFrame({"concept": ["cat", "owl"], "captions": [9, 1]}).to_parquet(files / "frequency.parquet")
    with pytest.raises(UserError, match=r"'photo': no frequency for class 'dog' in .*vocabulary"):
        evaluate(files)
    assert not evaluated(files, "clip").measures.exists()


def test_a_test_set_that_asks_by_another_vocabulary_is_set_against_its_counts(files, make_testset):
    colours = ["red", "green", "owl"]  # an owl is among the animals too
    every, run = [files / "testsets/photo", make_testset("colours", classnames=colours)], evaluated(files, "clip")
    encode_runs([files / "runs/clip"], every, [run.features], threads=1)
    pd.DataFrame({"concept": colours, "captions": [50, 40, 7]}).to_parquet(files / "colours.parquet")
    tables = {("animals", 0): files / "frequency.parquet", ("colours", 0): files / "colours.parquet"}
    counted = FrequencyFiles({"photo": "animals", "colours": "colours"}, tables)
    evaluate_runs([run], counted, [], every, {}, ["own"], 1, {}, EVALUATORS | {"frequency": Frequent()})
    owls = pd.read_parquet(run.measures).query("measure == 'captions of owl'").set_index("testset")["value"]
    assert owls.to_dict() == {"photo": 1, "colours": 7}


def test_a_head_of_other_classes_yields_nothing_there_and_says_why(files, make_testset):
    for number, name in enumerate(("colours", "colours_train")):
        make_testset(name, count=30, seed=7 + number, classnames=["red", "green", "blue"])
    every = [files / "testsets" / name for name in ("photo", "colours", "colours_train")]
    run = evaluated(files, "supervised")
    encode_runs([files / "runs/supervised"], every, [run.features], threads=1)
    pd.DataFrame({"concept": ["red", "green", "blue"], "captions": [5, 4, 1]}).to_parquet(files / "colours.parquet")
    tables = {("animals", 0): files / "frequency.parquet", ("colours", 0): files / "colours.parquet"}
    counted = FrequencyFiles({"photo": "animals", "colours": "colours"}, tables)
    asked = {"colours": every[2]}, ["own", "linear_probe"], 1, {}, EVALUATORS
    evaluate_runs([run], counted, [], every[:2], *asked)
    assert set(pd.read_parquet(run.predictions).query("testset == 'colours'")["readout"]) == {"linear_probe"}
    measures = pd.read_parquet(run.measures)
    accuracy = measures.query("measure == 'accuracy' and testset == 'colours'").set_index("readout")
    assert accuracy["value"].isna().to_dict() == {"own": True, "linear_probe": False}
    assert accuracy["reason"]["own"].startswith("the head knows no class of red, green, blue, ..., but yak, owl, cat")
    with pytest.raises(UserError, match=r"no class of any test set \(red, green, blue, .*use the same class names"):
        evaluate_runs([run], counted, [], every[1:2], *asked)
    probed = {"colours": every[2]}, ["linear_probe"], 1, {}, EVALUATORS
    evaluate_runs([run], counted, [], every[1:2], *probed)  # nothing asks the head


def test_a_seed_or_test_set_without_frequencies_is_named(files):
    counted = FrequencyFiles({"photo": "animals"}, {("animals", 0): files / "frequency.parquet"})
    with pytest.raises(UserError, match="vocabulary 'animals': no frequencies for seed 1; count its concepts"):
        counted.read(1)
    with pytest.raises(UserError, match="test set 'plain': no frequencies of what it asks for, only of photo by anim"):
        counted.read(0).on("plain")


@pytest.mark.parametrize("name", ["manifest", "first_manifest"])
def test_a_test_sample_that_the_run_has_learned_from_is_refused(files, name):
    pd.DataFrame({"uid": ["a", "0/s0000011.png"]}).to_parquet(files / f"{name}.parquet")
    with pytest.raises(UserError, match=rf"test set 'plain': 1 of its samples are in .*{name}\.parquet.*held_out"):
        evaluate(files, testsets=["plain"])
    assert not evaluated(files, "clip").predictions.exists()


def test_a_test_sample_that_a_probe_would_learn_from_is_refused(files):
    reference, photo = (files / f"testsets/{name}/samples.parquet" for name in ("reference", "photo"))
    samples = pd.read_parquet(reference)  # bears the same uids as photo, of other images
    shared = pd.concat([samples, pd.read_parquet(photo)[:2]])
    shared.to_parquet(reference)
    with pytest.raises(
        UserError, match=r"test set 'photo': 2 of its samples are in 'reference', from which its probes"
    ):
        evaluate(files)


def test_pools_are_told_apart_by_uid_alone(files):
    for name in ("reference", "photo"):
        path = files / f"testsets/{name}/samples.parquet"
        samples = pd.read_parquet(path)
        samples["uid"] = [f"{number:020x}" for number in range(len(samples))]
        samples.to_parquet(path)
    with pytest.raises(UserError, match="test set 'photo': 30 of its samples are in 'reference'"):
        evaluate(files)


def test_the_command_imports_no_torch(files):
    run = evaluated(files, "clip")
    arguments = ["evaluate", "--features", run.features, "--seeds", 0, "--vocabularies", "photo=animals"]
    arguments += ["--frequencies", f"animals/0={files / 'frequency.parquet'}"]
    arguments += ["--manifests", files / "manifest.parquet", "--testsets", files / "testsets/photo"]
    arguments += ["--readouts", *EVERY, "--train", f"photo={files / 'testsets/reference'}", "--threads", 1]
    arguments += ["--predictions", run.predictions, "--measures", run.measures, "--evidence", run.evidence]
    code = (
        "import sys; from clipcause.evaluation.__main__ import main; status = main(sys.argv[1:]); "
        "assert 'torch' not in sys.modules; sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "longtail/clip/seed0 (1 of 1): accuracy photo " in done.stderr
    assert set(pd.read_parquet(run.predictions)["readout"]) == {*EVERY} - {"head"}


def rows(testset, labels, predictions, readout="own", draw=0):
    frame = pd.DataFrame({"testset": testset, "readout": readout, "draw": draw, "label": labels, "rank": 1})
    return frame.assign(prediction=predictions, uid=[f"s{number}" for number in range(len(labels))])


def test_a_prediction_outside_the_test_sets_classes_is_wrong_but_no_class():
    found = outcomes_of(rows("photo", ["cat", "cat", "dog"], ["cat", "yak", "dog"]))
    assert found.classes == ("cat", "dog")
    assert found.predictions.tolist() == [[0, -1, 1]]


def test_predictions_come_back_by_test_set_and_readout_with_the_reasons(tmp_path):
    path = tmp_path / "predictions.parquet"
    few = [rows("photo", ["cat", "dog"], [each, "dog"], "1_shot", draw) for draw, each in enumerate(("cat", "dog"))]
    frame = pd.concat([rows("photo", ["cat", "dog"], ["cat", "dog"]), *few])
    write_predictions(path, frame, {("photo", "head"): "no head"})
    read = read_predictions(path)
    assert list(read.outcomes) == [("photo", "own"), ("photo", "1_shot")]
    assert read.outcomes["photo", "1_shot"].predictions.tolist() == [[0, 1], [1, 1]]
    assert read.outcomes["photo", "1_shot"].uids.tolist() == ["s0", "s1"]
    assert read.reasons == {("photo", "head"): "no head"}
    some = read_predictions(path, [("photo", "head"), ("photo", "own")])
    assert list(some.outcomes) == [("photo", "own")] and list(some.reasons) == [("photo", "head")]
    with pytest.raises(
        UserError, match="no predictions on test set 'sketch' by own, only on photo by own, photo by 1_"
    ):
        read_predictions(path, [("sketch", "own")])


def test_bad_tables_are_named(files, tmp_path):
    frequency = pd.read_parquet(files / "frequency.parquet")
    frequency.drop(columns="captions").to_parquet(tmp_path / "without.parquet")
    with pytest.raises(UserError, match="no column captions"):
        read_frequency(tmp_path / "without.parquet")
    pd.concat([frequency, frequency[:1]]).to_parquet(tmp_path / "twice.parquet")
    with pytest.raises(UserError, match="'cat' stands twice"):
        read_frequency(tmp_path / "twice.parquet")
    rows("photo", CLASSNAMES, CLASSNAMES).drop(columns="rank").to_parquet(tmp_path / "old.parquet")
    with pytest.raises(UserError, match="no column rank; predictions hold testset, readout"):
        read_predictions(tmp_path / "old.parquet")
