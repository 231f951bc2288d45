"""One name per step: a rule's log and its benchmark lie under the same name, in results/logs and results/benchmarks."""

import re
from pathlib import Path

import pytest

RULES = sorted((Path(__file__).parents[2] / "workflow/rules").glob("*.smk"))
LOG = re.compile(r"^ +log:\n +f?\"(.+)\",\n(?: +benchmark:\n +f?\"(.+)\"\n)?", re.M)


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_every_rule_with_a_command_has_a_log_and_a_benchmark_of_one_name(file):
    text = file.read_text(encoding="utf-8")
    pairs = LOG.findall(text)
    assert len(pairs) == len(re.findall(r"^ +shell:$", text, re.M))
    for log, benchmark in pairs:
        assert benchmark == log.replace("results/logs/", "results/benchmarks/").removesuffix(".log") + ".tsv"
