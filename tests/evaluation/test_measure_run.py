"""The measures of one run: files in, a tidy table out."""

import pandas as pd
import pytest

from clipcause.errors import UserError
from clipcause.evaluation.measure import measure_run
from clipcause.evaluation.outcomes import read_frequency, read_outcomes, write_predictions


@pytest.fixture
def files(tmp_path):
    frame = pd.DataFrame(
        {
            "testset": ["photo"] * 6 + ["plain"] * 2,
            "uid": [f"s{number}" for number in range(8)],
            "label": ["cat", "cat", "dog", "dog", "owl", "owl", "cat", "dog"],
            "prediction": ["cat", "cat", "dog", "cat", "cat", "yak", "cat", "dog"],
        }
    )
    write_predictions(tmp_path / "predictions.parquet", frame)
    frequency = pd.DataFrame({"concept": ["cat", "dog", "owl", "yak"], "captions": [9, 5, 1, 0], "share": 0.1})
    frequency.to_parquet(tmp_path / "frequency.parquet")
    pd.DataFrame({"uid": ["a", "b"]}).to_parquet(tmp_path / "manifest.parquet")
    return tmp_path


def measure(files, output):
    measure_run(files / "predictions.parquet", files / "frequency.parquet", files / "manifest.parquet", output)


def test_table_is_tidy(files):
    measure(files, files / "measures.parquet")
    frame = pd.read_parquet(files / "measures.parquet")
    assert list(frame.columns) == ["testset", "measure", "concept", "value", "reason"]
    photo = frame[frame["testset"] == "photo"]
    assert photo[photo["measure"] == "accuracy"]["value"].item() == 0.5
    by_class = photo[photo["measure"] == "class_accuracy"].set_index("concept")["value"]
    assert by_class.to_dict() == {"cat": 1, "dog": 0.5, "owl": 0}
    undefined = frame[(frame["testset"] == "plain") & (frame["measure"] == "corr_acc")]
    assert undefined["value"].isna().item()
    assert "three classes" in undefined["reason"].item()


def test_same_bytes_twice(files):
    for name in ("one", "two"):
        measure(files, files / f"{name}.parquet")
    assert (files / "one.parquet").read_bytes() == (files / "two.parquet").read_bytes()


def test_class_without_frequency_is_named(files):
    pd.DataFrame({"concept": ["cat", "owl"], "captions": [9, 1]}).to_parquet(files / "frequency.parquet")
    with pytest.raises(UserError, match=r"'photo': no frequency for class 'dog' in .*vocabulary"):
        measure(files, files / "measures.parquet")
    assert not (files / "measures.parquet").exists()


def test_a_test_sample_that_the_run_was_trained_on_is_refused(files):
    pd.DataFrame({"uid": ["a", "s6"]}).to_parquet(files / "manifest.parquet")
    with pytest.raises(UserError, match=r"test set 'plain': 1 of its samples are in .*manifest\.parquet.*held_out"):
        measure(files, files / "measures.parquet")
    assert not (files / "measures.parquet").exists()


def test_a_prediction_outside_the_test_sets_classes_is_wrong_but_no_class(files):
    outcomes = read_outcomes(files / "predictions.parquet")["photo"]
    assert outcomes.classes == ("cat", "dog", "owl")
    assert outcomes.predictions.tolist() == [0, 0, 1, 0, 0, -1]


def test_bad_tables_are_named(files):
    with pytest.raises(UserError, match="no column captions"):
        read_frequency(_without(files, "captions"))
    with pytest.raises(UserError, match="no predictions on test set 'sketch', only on photo, plain"):
        read_outcomes(files / "predictions.parquet", ["sketch"])
    pd.DataFrame({"concept": ["cat", "cat"], "captions": [9, 1]}).to_parquet(files / "twice.parquet")
    with pytest.raises(UserError, match="'cat' stands twice"):
        read_frequency(files / "twice.parquet")


def _without(files, column):
    path = files / f"without-{column}.parquet"
    pd.read_parquet(files / "frequency.parquet").drop(columns=column).to_parquet(path)
    return path
