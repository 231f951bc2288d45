"""The database: tidy tables with comments, whole or not at all."""

import pandas as pd
import pytest

from clipcause.errors import UserError
from clipcause.report.tables import TABLES


def write(made, output):
    reference = made.studies[0].parents[1] / "embeddings/own/pools/photo/nearest.parquet"
    reference.parent.mkdir(parents=True, exist_ok=True)
    rows = pd.DataFrame({"testset": ["balanced"], "testset_uid": ["0/s0"], "similarity": [0.5]})
    rows.astype({"similarity": "float32"}).to_parquet(reference, index=False)
    return made.database(output, references=[reference])


@pytest.fixture
def database(results, tmp_path):
    with write(results(), tmp_path / "results.duckdb") as opened:
        yield opened


def test_every_table_and_column_is_explained(database):
    tables = dict(database.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    assert tables == {name: described.comment for name, described in TABLES.items()}
    columns = database.execute(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    expected = [
        (table, column, comment)
        for table, described in TABLES.items()
        for column, (_, comment) in described.columns.items()
    ]
    assert sorted(columns) == sorted(expected)
    assert all(comment.endswith(".") for _, _, comment in columns)


def test_counts(database):
    rows = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
    assert rows == {
        "runs": 4,
        "subsets": 2,
        "subset_classes": 6,
        "subset_attributes": 1,
        "subset_likeness": 1,
        "nearest": 1,
        "reference_nearest": 1,
        "subset_truth": 1,
        "pools": 1,
        "pool_failures": 2,
        "counts": 2,
        "frequencies": 6,
        "measures": 12,
        "confusion": 12,
        "arms": 2,
        "estimates": 17,
        "classes": 1,
        "robustness": 2,
        "nearness": 1,
        "effects": 2,
        "public_robustness": 0,
        "public_correlations": 0,
        "public_claims": 0,
        "claims": 6,
    }


def test_questions_that_a_reader_asks(database):
    def ask(query):
        return database.execute(query).fetchall()

    accuracy = """
        SELECT recipe, avg(value) FROM measures WHERE measure = 'accuracy' AND concept IS NULL GROUP BY ALL ORDER BY ALL
    """
    assert ask(accuracy) == [("clip", pytest.approx(0.505)), ("supervised", pytest.approx(0.505))]
    assert ask("SELECT arm, subset, recipe FROM arms WHERE study = 'longtail' ORDER BY arm")[0][0] == "clip"
    assert ask("SELECT contrast['clip'], paper FROM claims WHERE verdict = 'supported'") == [(-1.0, "wen2024")]
    assert ask("SELECT claim, command FROM claims WHERE verdict = 'not run'") == [
        ("larger", "snakemake --cores all longtail")
    ]
    assert ask("SELECT cut.before, cut.than FROM claims WHERE cut IS NOT NULL") == [("plain", "relative_gap")]
    assert ask("SELECT contrast, value FROM effects WHERE testset IS NULL") == [("loss", 0.1)]
    assert ask("SELECT concept FROM measures WHERE measure = 'class_accuracy' LIMIT 1") == [("umbrella",)]
    assert ask("SELECT seed, final_loss FROM runs WHERE recipe = 'clip' ORDER BY seed") == [(0, 2.5), (1, 1.5)]
    assert ask("SELECT rows, error_class FROM pool_failures ORDER BY rows") == [(100, "timeout"), (900, "http_404")]
    assert ask("SELECT class, samples FROM subset_classes WHERE draw = 1 LIMIT 1") == [("umbrella", 4000)]
    assert ask("SELECT sources, method, imbalance FROM subsets WHERE draw = 0") == [(["diverse"], "resample", 40.0)]
    likeness = "SELECT testset, nearest_5, nearest_50, nearest_95, exact, near FROM subset_likeness"
    assert ask(likeness) == [("balanced", 0.61, 0.78, 0.93, 1, 4)]
    assert ask("SELECT subset, draw, testset_uid, similarity FROM nearest") == [("longtail", 0, "0/s0", 0.75)]
    assert ask("FROM reference_nearest") == [("own", "photo", "balanced", "0/s0", 0.5)]
    assert ask("SELECT attribute, share, association_max FROM subset_attributes") == [("gold", 0.3, 0.4)]
    assert ask("SELECT truth, kind, kept / of FROM subset_truth") == [("style", "umbrella", 0.2)]
    robust = "SELECT arm, effective_robustness, baselines, r_squared FROM robustness WHERE seed IS NULL"
    assert ask(robust) == [("clip", 10.0, 3, 0.9)]
    assert ask("SELECT samples, accuracy, draw FROM nearness WHERE lowest = 0.5") == [(20.0, 0.7, 0)]
    without = "SELECT reason FROM estimates WHERE value IS NULL AND readout = 'own'"
    assert ask(without) == [("all classes are equally frequent",)]
    confused = (
        "SELECT readout, prediction, count FROM confusion WHERE label = 'umbrella' AND seed = 0 AND recipe = 'clip'"
    )
    assert ask(confused) == [("5_shot", "key", 0.5), ("5_shot", "umbrella", 0.5), ("own", "umbrella", 2.0)]


def test_every_table_is_a_parquet_file_too(database, tmp_path):
    folder = tmp_path / "results.tables"
    assert {path.stem for path in folder.iterdir()} == set(TABLES)
    for table in TABLES:
        file = f"read_parquet('{folder / table}.parquet')"
        assert database.execute(f"FROM {file}").fetchall() == database.execute(f"FROM {table}").fetchall()


def test_same_results_same_rows_in_the_same_order(results, tmp_path):
    made = results()
    with write(made, tmp_path / "one.duckdb") as one, write(made, tmp_path / "two.duckdb") as two:
        for table in TABLES:
            query = f"SELECT * FROM {table}"
            assert one.execute(query).fetchall() == two.execute(query).fetchall()


def test_text_stays_text(results, tmp_path):
    hostile = "'); DROP TABLE runs; --"
    with write(results(statement=hostile, label=hostile), tmp_path / "results.duckdb") as database:
        assert database.execute("SELECT statement FROM claims LIMIT 1").fetchone() == (hostile,)
        assert database.execute("SELECT count(*) FROM runs").fetchone() == (4,)


def test_whole_or_not_at_all(results, tmp_path):
    made = results()
    pd.DataFrame({"testset": ["balanced"]}).to_parquet(made.evaluations[-1] / "measures.parquet")
    with pytest.raises(UserError, match=r"seed1/measures.parquet: .*\"readout\" not found.*; delete it if it is there"):
        write(made, tmp_path / "results.duckdb")
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_a_missing_file_is_named(results, tmp_path):
    made = results()
    (made.evaluations[0] / "measures.parquet").unlink()
    with pytest.raises(UserError, match=r"^.*seed0/measures.parquet: .*No files found"):
        write(made, tmp_path / "results.duckdb")
