"""What holds for every rule: one name for its log and its benchmark, and parameters that tell all that it does."""

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
        if file.stem == "planning":  # its rules make nothing, and a benchmark would count as made
            assert not benchmark
            continue
        assert benchmark == log.replace("results/logs/", "results/benchmarks/").removesuffix(".log") + ".tsv"


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_a_command_takes_wildcards_through_its_parameters(file):
    # Snakemake's cache between workflows knows a job by command, parameters and inputs, not by its wildcards.
    assert "{wildcards." not in file.read_text(encoding="utf-8")
