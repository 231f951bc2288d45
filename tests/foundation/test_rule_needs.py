"""Every rule whose jobs a cluster may run says what memory and time they need; those with a model ask for GPUs."""

import re
from pathlib import Path

import pytest

RULES = sorted((Path(__file__).parents[2] / "workflow/rules").glob("*.smk"))
RULE = re.compile(r"^ *rule\b.*?(?=^ *rule\b|\Z)", re.M | re.S)
WITH_MODEL = ("clipcause.training train", "clipcause.embeddings embed", "clipcause.evaluation encode")


def rules() -> list[str]:
    return [rule for file in RULES for rule in RULE.findall(file.read_text()) if "shell:" in rule]


def name_of(rule: str) -> str:
    return re.search(r"rule (\w+)|name:\s+(.+)", rule)[0]


@pytest.mark.parametrize("rule", rules(), ids=name_of)
def test_memory_and_time_are_stated(rule):
    if "localrule: True" in rule:
        assert "resources:" not in rule
        return
    (stated,) = re.findall(r"^ +resources:\n(.*?)^ +(?:params|shell|priority):", rule, re.M | re.S)
    assert "mem_mb=" in stated and "runtime=" in stated
    runs_a_model = "{params.launcher}" in rule or any(command in rule for command in WITH_MODEL)
    assert ("gpu=" in stated) == runs_a_model


def test_rules_that_fetch_for_everyone_or_print_stay_where_snakemake_runs():
    local = {name_of(rule) for rule in rules() if "localrule: True" in rule}
    assert local == {"rule fetch_wordnet", "rule fetch_published", "rule plan", "rule rates", "rule doctor"}
