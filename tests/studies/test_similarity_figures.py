"""Histograms of similarity and gaps to a reference set, by hand."""

import pandas as pd
import pytest
from made_tables import arms, tables

from clipcause.studies.figures.by_similarity import BINS, ROUNDING, Similarity, SimilarityGap
from clipcause.subsets.interventions.pruning import TOLERANCE

STUDY = {
    "testsets": ["photo", "sketch"],
    "arms": arms("pruned", "control") | {"again": {"subset": "of_pruned", "recipe": "sl"}},
}
NEAR = {
    "photos": [0.5, 0.6, 0.7, 0.8],  # the reference set
    "of_pruned": [0.5, 0.6, 0.65, 0.8 + 5e-6],  # nowhere nearer than it, but for rounding
    "of_control": [0.6, 0.7, 0.8, 0.7],
    "whole": [0.9, 0.9, 0.9, 0.9],  # of no arm
}


@pytest.fixture
def made(tmp_path):
    """A function (reference) -> the study's tables, with the reference set or without."""

    def make(reference: bool = True):
        paths = {}
        for name, values in NEAR.items():
            paths[name] = tmp_path / f"{name}.parquet"
            rows = [("sketch", f"s{place}", 0.1) for place in range(4)] if name != "photos" else []
            rows += [("photo", f"p{place}", value) for place, value in enumerate(values)]
            rows += [("elsewhere", "e0", 0.0)]
            frame = pd.DataFrame(rows, columns=["testset", "testset_uid", "similarity"])
            frame.sample(frac=1, random_state=1).to_parquet(paths[name])
        references = {"photos": paths.pop("photos")}
        return tables(STUDY, nearest=paths, references=references if reference else {})

    return make


def test_histograms_hold_every_sample_in_bins_that_all_share(made):
    frame = Similarity().frame(made())
    assert set(frame["testset"]) == {"photo", "sketch"}
    photo = frame[frame["testset"] == "photo"]
    assert (photo.groupby("of")["samples"].sum() == 4).all() and (photo.groupby("of")["share"].sum() == 1).all()
    assert photo["lowest"].nunique() == BINS and photo["lowest"].min() == 0.5
    control = photo[(photo["of"] == "of_control") & (photo["samples"] > 0)]
    assert control["samples"].tolist() == [1, 2, 1]
    assert ((control["lowest"] <= [0.6, 0.7, 0.8]) & (control["highest"] > [0.6, 0.7, 0.8])).all()
    assert photo.set_index("of")["median"].groupby("of").first().to_dict() == pytest.approx(
        {"photos": 0.65, "of_pruned": 0.625, "of_control": 0.7, "whole": 0.9}
    )


def test_gaps_are_of_the_same_test_sample(made):
    frame = SimilarityGap().frame(made()).set_index("of")
    assert frame["testset"].unique().tolist() == ["photo"]  # the reference set is not compared with sketch
    assert frame["reference_set"].unique().tolist() == ["photos"]
    assert frame["nearer"].to_dict() == {"of_pruned": 0.0, "of_control": 0.75, "whole": 1.0}
    assert frame.loc["of_control", "q50"] == pytest.approx(0.1) and frame.loc["whole", "q50"] == pytest.approx(0.25)
    assert ROUNDING == TOLERANCE


def test_a_row_per_subset_and_the_reference_first(made):
    made_of = made()
    with Similarity().draw(made_of, Similarity().frame(made_of)) as (_, grid):
        rows = [label.get_text() for label in grid[0, 0].get_yticklabels()]
        assert rows == ["Photos (reference)", "Of pruned", "Of control", "Whole"]
        assert [axes.get_title(loc="left") for axes in grid.flat] == ["Photo", "Sketch"]
    with SimilarityGap().draw(made_of, SimilarityGap().frame(made_of)) as (_, grid):
        assert [text.get_text() for text in grid[0, 0].texts] == ["0 %", "75 %", "100 %"]
    assert "'photos'" in Similarity().caption(made_of) and "'photos'" in SimilarityGap().caption(made_of)


def test_without_a_reference_there_is_no_gap(made):
    made_of = made(reference=False)
    assert SimilarityGap().frame(made_of).empty and not Similarity().frame(made_of).empty
    assert "reference" not in Similarity().caption(made_of)


def test_without_an_embedder_there_is_neither():
    assert Similarity().frame(tables(STUDY)).empty and SimilarityGap().frame(tables(STUDY)).empty
