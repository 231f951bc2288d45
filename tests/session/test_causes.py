"""Why a job would run, from Snakemake's reasons."""

from types import SimpleNamespace

import pytest

from clipcause.session.causes import causes


class Files(list):
    """What a job reads, as Snakemake keeps it: all files, some of them by name."""

    def get(self, name: str) -> list[str]:
        return {"code": ["workflow/clipcause/evaluation/check.py"]}[name]


JOB = SimpleNamespace(input=Files(["workflow/clipcause/evaluation/check.py", "a.csv"]), params={}, output=["b.json"])
REASON = {"forced": False, "incomplete_output": set(), "missing_output": set(), "params_changed": False}
REASON |= {"input_changed": False, "code_changed": False, "software_stack_changed": False}
REASON |= {"updated_input": {"a.csv", "workflow/clipcause/evaluation/check.py"}, "updated_input_run": set()}


def told(metadata: object, **reason: object) -> list[str]:
    persistence = SimpleNamespace(metadata=lambda output: metadata)
    return causes(JOB, SimpleNamespace(**REASON | reason), persistence)


EDITED = ["code was edited (clipcause.evaluation.check)", "inputs changed (a.csv)"]


@pytest.mark.parametrize(
    ("metadata", "reason", "words"),
    [
        (None, {}, EDITED),
        (None, {"missing_output": {"b.json"}}, ["not made yet"]),  # all that it reads is new to it
        (None, {"missing_output": {"b.json"}, "forced": True}, ["you force it", "not made yet", *EDITED]),
        ("made", {"missing_output": {"b.json"}}, ["it failed the last time, or its outputs are gone", *EDITED]),
    ],
)
def test_what_was_never_made_was_not_edited_either(metadata, reason, words):
    assert told(metadata, **reason) == words
