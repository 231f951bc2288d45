"""The target `published`: public models from tables that are given as files, or served as their publishers do."""

import json
import shutil

import duckdb
import pytest
import yaml
from checkouts import PROJECT, Checkout

from clipcause.config.layers import merged
from clipcause.pools.webserver import serve

FILES = {
    "baselines": "standard_imagenet_models.csv",
    "models": "openclip_results.csv",
    "accuracies": "imagenet_zero_shot_per_class.csv",
    "frequencies": "imagenet_concept_frequency.csv",
}
SHIPPED = yaml.safe_load((PROJECT / "config.yaml").read_text())["published"]
LAYERS = ("tiny.yaml", "published.yaml")


def layer(checkout: Checkout, tables: dict) -> None:
    """Write the layer that asks for public models as the project's config.yaml does, and gives these tables."""
    published = merged(SHIPPED, {"resamples": 20, "tables": tables})
    (checkout.folder / "published.yaml").write_text(yaml.safe_dump({"published": published}))


def served(base: str) -> dict:
    """Tables of one file each below this URL, in the place of the shipped files."""
    return {
        table: {"layout": "table", "base": base, "files": dict.fromkeys(SHIPPED["tables"][table]["files"]) | {file: {}}}
        for table, file in FILES.items()
    }


@pytest.fixture
def given(real_data) -> dict:
    """The four tables as files."""
    return {table: {"path": str(real_data / "published" / file)} for table, file in FILES.items()}


@pytest.fixture
def copied(finished, tmp_path) -> Checkout:
    """A finished checkout of one's own."""
    return finished.copy(tmp_path / "copied")


def test_a_run_without_network_asks_for_none(copied):
    """The shipped tables lie on the web: they neither join nor are fetched, unless asked for."""
    layer(copied, {})
    assert copied.jobs(layers=LAYERS) == {"build_page": 1, "all": 1}  # the page shows the configuration
    assert copied.jobs("published", layers=LAYERS) == {
        "fetch_published": 4,
        "tabulate_published": 4,
        "measure_published": 1,
        "published": 1,
    }


def test_tables_that_are_files_join_the_report(copied, given):
    layer(copied, given)
    assert copied.jobs(layers=LAYERS) == {"measure_published": 1, "build_page": 1, "build_database": 1, "all": 1}
    ran = copied.snakemake(layers=LAYERS)
    assert ran.returncode == 0, ran.stdout
    results = copied.folder / "results"
    claims = json.loads((results / "published/claims.json").read_text())["claims"]
    assert len(claims) == 7 and {claim["verdict"] for claim in claims} == {"supported"}
    page = (results / "report.html").read_text()
    assert '<section id="published"' in page and claims[0]["statement"] in page
    with duckdb.connect(str(results / "results.duckdb"), read_only=True) as database:
        models = database.sql("SELECT count(*) FROM public_robustness WHERE NOT baseline").fetchall()
        found = database.sql(
            "SELECT round(corr_acc, 2) FROM public_correlations WHERE matching = 'lemmatized' AND model = 'RN50' "
            "ORDER BY pretraining"
        ).fetchall()
    assert models == [(4 * 121,)] and found == [(0.37,), (0.50,)]
    assert copied.jobs(layers=LAYERS) == {}


def test_tables_that_were_fetched_join_without_their_server(copied, given, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    for table in given.values():
        shutil.copy(table["path"], site)
    with serve(site) as base:
        layer(copied, served(base))
        assert copied.jobs(layers=LAYERS) == {"build_page": 1, "all": 1}  # the page shows the configuration
        ran = copied.snakemake("published", layers=LAYERS)
    assert ran.returncode == 0, ran.stdout
    assert copied.jobs(layers=LAYERS) == {"build_page": 1, "build_database": 1, "all": 1}
    assert copied.jobs("published", layers=LAYERS) == {}
    edited = copied.folder / "workflow/clipcause/studies/public/fetch.py"
    edited.write_text(edited.read_text() + "\n# edited\n")
    assert "fetch_published" not in copied.jobs("published", layers=LAYERS)


def test_a_dead_link_tells_how_to_go_on(checkout, given, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    with serve(site) as base:
        layer(checkout, given | {"models": served(base)["models"]})
        ran = checkout.snakemake("published", layers=LAYERS)
    assert ran.returncode != 0
    assert "openclip_results.csv: cannot be fetched (HTTP Error 404" in ran.stdout
    assert "set published.tables.models.path to it" in ran.stdout
    assert not list((checkout.folder / "results/published").rglob("*.csv"))
