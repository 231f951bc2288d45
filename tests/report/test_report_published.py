"""Public models in the report: claims, figures, pools and sources on the page, two tables in the database."""

import numpy as np
import pandas as pd
import pytest

from clipcause.report.published import pool_rows
from clipcause.studies.public.measure import write_public
from clipcause.studies.public.tables import REFERENCE, SHIFTS

HOSTILE = "<script>alert(1)</script> & 'so'"
CLAIM = {
    "measure": "effective_robustness",
    "testset": "ImageNet-R",
    "expect": "above",
    "margin": 2.0,
    "paper": "fang2022",
}
SOURCES = {
    "baselines": {"path": "my/baselines.csv", "layout": "table", "base": None, "files": {}},
    "models": {"path": None, "layout": "table", "base": "https://a/b", "files": {"c.csv": {"sha256": "ab" * 32}}},
}


@pytest.fixture
def folder(tmp_path):
    """results/published, as it is made of small tables: five baselines and three models, one of them far below."""
    x = np.array([0.3, 0.4, 0.5, 0.6, 0.7])
    shifts = {shift: 0.7 * x + 0.01 * np.array([1, -1, 0, 1, -1]) for shift in SHIFTS}
    pd.DataFrame({"model": [f"net{number}" for number in range(5)], REFERENCE: x} | shifts).to_csv(tmp_path / "b.csv")
    models = {"name": "RN50", "pretrained": ["openai", "openai", HOSTILE], REFERENCE: [0.6, 0.5, 0.01]}
    pd.DataFrame(models | {shift: [0.6, 0.5, 0.01] for shift in SHIFTS}).to_csv(tmp_path / "m.csv")
    claims = {
        "robust": CLAIM | {"statement": f"WIT is robust {HOSTILE}.", "contrast": {"WIT": 1.0}},
        "unknown": CLAIM | {"statement": "What is far below is robust.", "contrast": {HOSTILE: 1.0}, "paper": None},
    }
    folder = tmp_path / "published"
    write_public(tmp_path / "b.csv", tmp_path / "m.csv", None, None, claims, folder, 50)
    return folder


@pytest.fixture
def page(results, folder, tmp_path):
    made = results()
    made.config["published"] = {"tables": SOURCES}
    return made.page(tmp_path / "report.html", folder)


def section(page: str) -> str:
    return page[page.index('<section id="published"') :].split("</section>")[0]


def test_the_section_stands_after_the_studies(page):
    assert page.index('id="study-longtail"') < page.index('id="published"') < page.index('id="concepts"')
    assert page.count('<a href="#published">') == 2, "above the page and among its contents"


def test_it_shows_claims_pools_and_sources(page):
    found = section(page)
    assert "Fang et\N{NO-BREAK SPACE}al. 2022" in found and "supported" in found
    assert "No estimate: every model of" in found
    assert "my/baselines.csv" in found and "https://a/b/c.csv" in found and "ab" * 6 in found
    assert 'download="published-robustness.csv"' in found


def test_what_others_wrote_is_escaped(page):
    assert "<script>alert" not in page and "&lt;script&gt;alert" in section(page)


def test_without_public_models_nothing_is_said_of_them(results, tmp_path):
    page = results().page(tmp_path / "report.html")
    assert 'id="published"' not in page and 'href="#published"' not in page


def test_pools_tell_the_mean_of_the_models_that_can_be_compared(folder):
    found = pd.read_parquet(folder / "robustness.parquet")
    first, second = pool_rows(found, list(SHIFTS))
    assert (first.pool, first.models, second.pool, second.models) == ("WIT", 2, HOSTILE, 1)
    rows = found[(found["pool"] == "WIT") & (found["testset"] == "ImageNet-A")]
    assert first.robustness["ImageNet-A"] == pytest.approx(rows["effective_robustness"].mean())
    assert set(second.robustness.values()) == {None}


def test_the_database_has_them(results, folder, tmp_path):
    with results().database(tmp_path / "results.duckdb", published=folder) as database:
        robustness = database.sql("SELECT * FROM public_robustness").df()
        correlations = database.sql("SELECT * FROM public_correlations").df()
        claims = database.sql("SELECT claim, verdict, models, contrast FROM public_claims").fetchall()
    written = pd.read_parquet(folder / "robustness.parquet")
    assert list(robustness) == list(written) and len(robustness) == len(written) == 4 * 8
    assert robustness["effective_robustness"].tolist() == written["effective_robustness"].tolist()
    assert list(correlations) == list(pd.read_parquet(folder / "correlations.parquet")) and correlations.empty
    assert claims == [("robust", "supported", 2, {"WIT": 1.0}), ("unknown", "inconclusive", None, {HOSTILE: 1.0})]
