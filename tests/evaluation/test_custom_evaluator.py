"""An evaluator of the user's own, from a file: what it measures is found under its name, what is wrong is told."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clipcause.errors import UserError
from clipcause.evaluation.evaluate import evidence_of, measured
from clipcause.evaluation.evaluators import EVALUATORS, Subject, described, evaluators
from clipcause.evaluation.features import ModelAbout, TestSetFeatures
from clipcause.evaluation.testset import TestSet

HEAD = """
import numpy as np
from clipcause.evaluation.evaluators import Evaluator, Row
from clipcause.evaluation.evidence import Evidence, EvidenceMeasure
from clipcause.evaluation.weighting import weighted_mean
"""
WHOLE = """
class Mine(Evaluator):
    measures = (EvidenceMeasure("length", "Length", 0, 9, lambda kept, w: weighted_mean(kept["length"], w)),)

    def __init__(self, options):
        self.factor = options["factor"]

    def evidence(self, subject):
        yield Evidence({"length": self.factor * np.linalg.norm(subject.features.images, axis=1)})

    def rows(self, subject):
        yield Row("width", subject.features.images.shape[1])
"""


@pytest.fixture
def own(tmp_path):
    """A function (text of the file) -> the evaluators that it adds to the project's."""

    def load(text, name="Mine"):
        (tmp_path / "mine.py").write_text(HEAD + text)
        return evaluators({"mine": {"module": str(tmp_path / "mine.py"), "class": name, "options": {"factor": 2}}})

    return load


@pytest.fixture
def subject():
    samples = pd.DataFrame({"uid": ["a", "b"], "label": ["cat", "dog"]})
    testset = TestSet("photo", "classification", ["cat", "dog"], ["{c}"], samples)
    features = TestSetFeatures(np.array([[3.0, 4.0], [0.0, 1.0]]))
    return Subject(testset, ModelAbout("clip", 1.0, None, None), features, {}, {}, pd.Series(dtype=int), {})


def test_it_may_go_to_another_folder_and_the_job_stays_where_it_is(own, subject):
    here = Path.cwd()
    every = own("import os\nos.chdir('/')\n" + WHOLE.replace("        yield", "        os.chdir('/')\n        yield"))
    assert list(measured(subject, evidence_of(subject, every), every))
    assert Path.cwd() == here


def test_its_measures_bear_its_name(own, subject):
    every = own(WHOLE)
    assert list(every) == [*EVALUATORS, "mine"]
    rows = list(measured(subject, evidence_of(subject, every), every))
    found = {row[2]: row[5] for row in rows if row[2].startswith("mine.")}
    assert found == {"mine.length": 6, "mine.width": 2}
    assert described("mine.length").title == "mine, length"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 / 0", "evaluator mine: .*mine.py cannot be run: ZeroDivisionError"),
        ("class Other(Evaluator): pass", "mine.py has no subclass of clipcause.*Evaluator of the name Mine"),
        ("class Mine: pass", "mine.py has no subclass of clipcause.*Evaluator of the name Mine"),
        ("class Mine(Evaluator): pass", r"evaluator mine: Mine in .*mine.py failed: TypeError"),
        (WHOLE.replace("options[", "options.factor["), "Mine in .*mine.py failed: AttributeError"),
        (WHOLE.replace("measures = (", 'measures = ("length", '), "measures holds a str, not an EvidenceMeasure"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_before_anything_is_measured(own, text, message):
    with pytest.raises(UserError, match=message):
        own(text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("yield Row", "yield 1 / 0, Row", "Mine in .*mine.py failed: ZeroDivisionError: "),
        ('yield Row("width", subject.features.images.shape[1])', "yield 3", "rows yields a int, not a Row"),
        ("yield Evidence(", "yield dict(", "evidence yields a dict, not an Evidence"),
        (
            "yield Evidence(",
            "yield Evidence()\n        yield dict(",
            "an Evidence holds either quantities or the reason",
        ),
        ('Evidence({"length"', 'Evidence({"a/b": np.ones(2), "length"', "holds 'a/b'; a quantity's name has no /"),
        ('Evidence({"length"', 'Evidence({"a": [1, 2], "length"', "holds 'a', which is no array of numbers"),
        ("yield Evidence(", "yield Evidence({}, reason='x')\n        yield Evidence(", "mine: yields evidence twice"),
        (
            "weighted_mean(kept",
            "np.array(kept",
            r"the measure length gives an array of shape \(2,\) under 1 ",
        ),
        ("weighted_mean(kept", "weighted_mean(no", "Mine in .*mine.py failed: NameError"),
    ],
)
def test_what_is_wrong_with_what_it_gives_is_told(own, subject, old, new, message):
    every = own(WHOLE.replace(old, new).replace('"], w)', '"])' if "np.array" in new else '"], w)'))
    with pytest.raises(UserError, match=message):
        list(measured(subject, evidence_of(subject, every), every))


def test_the_documentation_shows_the_evaluator_that_the_workflow_s_test_runs():
    root = Path(__file__).parents[2]
    shown = (root / "docs/evaluation.md").read_text()
    lines = (root / "tests/workflow/mine.py").read_text().splitlines()[1:]
    missing = [line for line in lines if line and f"\n    {line}\n" not in shown]
    assert not missing
