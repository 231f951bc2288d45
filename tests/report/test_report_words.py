"""The result in words, numbers, small plots, citations."""

import re
from pathlib import Path

import pytest
import yaml

from clipcause.errors import UserError
from clipcause.report.numbers import PERCENT, PLAIN, POINTS, duration, span, unit_of
from clipcause.report.papers import PAPERS, paper
from clipcause.report.plots import Axis, bars, claims_axis, supported_zone
from clipcause.report.results import Study, run_name
from clipcause.report.summary import headline

PROJECT = Path(__file__).parents[2]
YES, NO, OPEN = "supported", "not supported", "inconclusive"
BEYOND = ("not run", "not asked")


def study(paper_key, *verdicts):
    claims = [{"verdict": verdict, "paper": paper_key} for verdict in verdicts]
    return Study("a", "A", "?", paper_key, {}, claims, [], Path("a"))


@pytest.mark.parametrize(
    ("studies", "sentence"),
    [
        ([], "No claim was put to the test."),
        ([study("wen2024")], "No claim was put to the test."),
        ([study("wen2024", *BEYOND)], "No claim was put to the test."),
        ([study("wen2024", YES, *BEYOND), study(None, "not run")], "The one claim of Wen et al. 2024 is supported."),
        ([study("wen2024", YES)], "The one claim of Wen et al. 2024 is supported."),
        ([study("wen2024", NO, NO)], "Both claims of Wen et al. 2024 are not supported."),
        ([study("fang2022", OPEN, OPEN, OPEN)], "All 3 claims of Fang et al. 2022 are inconclusive."),
        ([study("wen2024", YES, OPEN)], "Of 2 claims of Wen et al. 2024, 1 is supported and 1 is inconclusive."),
        ([study(None, YES, NO)], "Of 2 claims, 1 is supported and 1 is not supported."),
        (
            [study("wen2024", YES, YES, OPEN), study("fang2022", NO)],
            "Of 4 claims of 2 papers, 2 are supported, 1 is not supported and 1 is inconclusive.",
        ),
    ],
)
def test_headline(studies, sentence):
    assert headline(studies).replace("\N{NO-BREAK SPACE}", " ") == sentence


def test_numbers_have_the_measures_unit():
    assert unit_of("corr_pred", difference=True) is PLAIN
    assert unit_of("accuracy", difference=True) is POINTS
    assert unit_of("accuracy") is PERCENT
    assert [duration(each) for each in (4.25, 186, 7500)] == ["4.2 s", "3 min 6 s", "2 h 5 min"]
    assert PLAIN.quantity(-0.125) == "−0.12"
    assert PLAIN.quantity(-0.001) == "0.00"
    assert POINTS.interval(-0.031, 0.023) == "−3.1 to 2.3 points"
    assert PERCENT.quantity(0.7312) == "73.1\N{NARROW NO-BREAK SPACE}%"
    assert span([7000, 7001], 0) == "7,000 to 7,001"
    assert span([40.01, 40.04], 1) == "40.0"


def test_axis_holds_zero_intervals_and_margins():
    claims = [
        {"expect": "above", "margin": 0.1, "estimate": 0.4, "low": 0.2, "high": 0.6},
        {"expect": "about_zero", "margin": 0.2, "estimate": None, "low": None, "high": None},
    ]
    claims.append({"expect": "at_least", "margin": 0.1, "estimate": None, "low": None, "high": None})
    axis = claims_axis(claims, 100)
    left, width = supported_zone(claims[2], axis)
    assert (left, left + width) == (axis.at(-0.1), 100)
    assert axis == Axis(pytest.approx(-0.248), pytest.approx(0.648), 100)
    assert axis.at(axis.low) == 0 and axis.at(axis.high) == 100
    left, width = supported_zone(claims[0], axis)
    assert (left, left + width) == (axis.at(0.1), 100)
    left, width = supported_zone(claims[1], axis)
    assert (left, left + width) == (axis.at(-0.2), pytest.approx(axis.at(0.2)))


def test_axis_of_nothing_but_zero_has_a_width():
    axis = claims_axis([{"expect": "above", "margin": 0, "estimate": None}], 100)
    assert axis.at(0) == 50


def test_bars_are_as_high_as_their_counts():
    assert bars([4, 1], tallest=8, width=8, height=16) == "M0.00 16v-8.00h3.00V16zM4.00 16v-2.00h3.00V16z"
    assert bars([1] * 8, tallest=1, width=8, height=16).count("h1.00V") == 8  # too narrow for gaps
    assert bars([], tallest=0, width=8, height=16) == ""


def test_run_folders_tell_their_names():
    assert run_name(Path("results/runs/longtail/clip/seed12")) == ("longtail", "clip", 12)
    for wrong in ("seed1", "results/runs/longtail/clip", "results/runs/longtail/clip/seed"):
        with pytest.raises(UserError, match="not the folder of a run"):
            run_name(Path(wrong))


def test_papers_are_those_of_the_citation_file():
    cited = yaml.safe_load((PROJECT / "CITATION.cff").read_text(encoding="utf-8"))["references"]
    ours = {(each.title, each.authors, each.year, f"arXiv:{each.arxiv}") for each in PAPERS.values()}
    assert ours == {
        (
            each["title"],
            tuple(f"{author['given-names']} {author['family-names']}" for author in each["authors"]),
            each["year"],
            each["identifiers"][0]["value"],
        )
        for each in cited
    }
    venues = {each["title"]: re.search(r"\((\w+)\)", each["collection-title"]).group(1) for each in cited}
    assert {each.title: each.venue for each in PAPERS.values()} == venues


def test_an_unknown_paper_is_named():
    assert paper(None) is None
    with pytest.raises(UserError, match="'wen2023' is unknown; it is one of wen2024"):
        paper("wen2023")


def test_papers_are_those_that_a_configuration_may_name():
    schema = yaml.safe_load((PROJECT / "workflow/schemas/config.yaml").read_text(encoding="utf-8"))
    assert schema["$defs"]["study"]["properties"]["paper"]["enum"] == [*PAPERS, None]
