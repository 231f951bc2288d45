"""The figure of claims: a panel per unit, and what is grey in it."""

import pytest
from made_tables import arms, tables

from clipcause.studies.figures.claims import Claims

STUDY = {"testsets": ["balanced"], "arms": arms("one", "other")}
ABOUT = {"testset": "balanced", "readout": "own", "cut": None, "verdict": "supported", "expect": "above"}


def claim(name, measure, estimate, margin, **others):
    numbers = {"estimate": estimate, "low": estimate - 0.1, "high": estimate + 0.1, "margin": margin}
    return ABOUT | {"name": name, "statement": f"{name}.", "measure": measure} | numbers | others


@pytest.fixture
def made():
    cut = {"of": "rb", "than": "ab_mean", "before": "one", "after": "other"}
    claims = [
        claim("better", "accuracy", 0.3, 0.05),
        claim("less biased", "corr_pred", 0.4, 0.1),
        claim("cut by more", None, 0.2, 0.1, cut=cut),
        claim("as robust", "effective_robustness", 0.5, 3.0, expect="about_zero", verdict="not supported"),
        claim("unknown", "accuracy", 0.0, 0.05) | dict.fromkeys(("estimate", "low", "high")),
    ]
    return tables(STUDY, claims=claims)


def test_what_is_a_share_stands_in_points_beside_what_is_in_points(made):
    frame = Claims().frame(made).set_index("name")
    assert frame["unit"].to_dict() == {
        "better": "points",
        "less biased": "",
        "cut by more": "points",
        "as robust": "points",
    }
    assert frame["estimate"].to_dict() == pytest.approx(
        {"better": 30, "less biased": 0.4, "cut by more": 20, "as robust": 0.5}
    )
    assert frame["margin"].to_dict() == pytest.approx(
        {"better": 5, "less biased": 0.1, "cut by more": 10, "as robust": 3}
    )


def test_units_have_panels_of_their_own(made):
    with Claims().draw(made, Claims().frame(made)) as (_, grid):
        rows = [[label.get_text() for label in axes.get_yticklabels()] for axes in grid.flat]
        assert rows == [["better.", "cut by more.", "as robust."], ["less biased."]]
        points, plain = (axes.get_xlabel() for axes in grid.flat)
        assert points == "Difference between arms (points)" and plain.startswith("Difference between arms (Spearman")
        low, high = grid[1, 0].get_xlim()
        assert low < 0 < 0.5 < high < 1
        assert (
            grid[0, 0].texts[1].get_text() == "30.0 [20.0, 40.0]"
            and grid[1, 0].texts[1].get_text() == "0.40 [0.30, 0.50]"
        )
