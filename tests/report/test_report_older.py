"""Results that another version of the project left: the file is named and what makes it anew, no bug is reported."""

import json

import pandas as pd
import pytest

from clipcause.errors import UserError
from clipcause.report.holdings import CLAIM, COUNT, DETAILS, ESTIMATES, RUN, SPEED, STUDY
from clipcause.report.results import read_counts, read_run, read_study

FILES = {
    "studies/longtail/claims.json": STUDY,
    "runs/longtail/clip/seed0/run.json": RUN,
    "runs/longtail/clip/seed0/speed.json": SPEED,
    "concepts/objects/pools/diverse/card.json": COUNT,
    "subsets/longtail/draw0/details.json": DETAILS,
}


@pytest.mark.parametrize(("file", "key"), [(file, key) for file, keys in FILES.items() for key in keys])
def test_a_file_without_a_key_is_named(results, tmp_path, file, key):
    made, path = results(), tmp_path / "results" / file
    record = json.loads(path.read_text())
    path.write_text(json.dumps({name: value for name, value in record.items() if name != key}))
    with pytest.raises(UserError, match=rf"{file}: lacks {key}: another version .*; delete it .* make it again$"):
        made.page(tmp_path / "report.html")


@pytest.mark.parametrize("key", CLAIM)
def test_a_claim_without_a_key(results, tmp_path, key):
    path = results().studies[0] / "claims.json"
    record = json.loads(path.read_text())
    del record["claims"][-1][key]
    path.write_text(json.dumps(record))
    with pytest.raises(UserError, match=rf"claims\.json: lacks {key}: "):
        read_study(path.parent)


@pytest.mark.parametrize("column", ESTIMATES)
def test_estimates_without_a_column(results, tmp_path, column):
    made = results()
    path = made.studies[0] / "estimates.parquet"
    pd.read_parquet(path).drop(columns=column).to_parquet(path)
    with pytest.raises(UserError, match=rf"estimates\.parquet: lacks {column}: "):
        made.page(tmp_path / "report.html")


@pytest.mark.parametrize("text", ["[]", "", "3"])
def test_a_file_of_another_kind(results, text):
    made = results()
    of_run, of_study = made.runs[0] / "run.json", made.studies[0] / "claims.json"
    for file in (of_run, of_study, made.counts[0]):
        file.write_text(text)
    with pytest.raises(UserError, match=r"run\.json: "):
        read_run(of_run.parent)
    with pytest.raises(UserError, match=r"claims\.json: ") as refused:
        read_study(of_study.parent)
    assert str(refused.value).count("delete it") == str(refused.value).count("claims.json") == 1
    with pytest.raises(UserError, match=r"card\.json: "):
        read_counts(made.counts)
