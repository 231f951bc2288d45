"""What the README shows works as it stands there."""

import re
import subprocess

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from checkouts import PROJECT

README = (PROJECT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def test_the_layer_runs_on_pictures_of_one_s_own(checkout, jpeg):
    (layer,) = blocks("yaml")
    (checkout.folder / "my.yaml").write_text(layer)
    (checkout.folder / "short.yaml").write_text(
        yaml.safe_dump({"recipes": dict.fromkeys(("clip", "supervised"), SHORT)})
    )
    (checkout.folder / "data/pictures").mkdir(parents=True)
    lines = ["path,caption,label"]
    for number in range(160):
        label = ("cat", "dog", "owl")[number % 3]
        (checkout.folder / f"data/pictures/{number}.jpg").write_bytes(jpeg(number))
        lines.append(f"{number}.jpg,a picture of a {label},{label}")
    (checkout.folder / "data/list.csv").write_text("\n".join(lines) + "\n")
    (checkout.folder / "data/classnames.txt").write_text("cat\ndog\nowl\n")
    ran = checkout.snakemake(layers=("my.yaml", "short.yaml"))
    assert ran.returncode == 0, ran.stdout
    assert "Language helps." in (checkout.folder / "results/report.html").read_text()


def test_the_query_answers(finished):
    (query,) = blocks("sql")
    with duckdb.connect(str(finished.folder / "results/results.duckdb"), read_only=True) as database:
        rows = database.sql(query).fetchall()
    assert len(rows) == 4 * 2, "arms times test sets"
    assert all(low <= accuracy <= high for *_, accuracy, low, high in rows)


def commands(page: str) -> list[str]:
    """The commands of a page that stand indented, continued lines joined."""
    indented = re.findall(r"^    (python -m clipcause(?:.*\\\n)*.*)$", (PROJECT / page).read_text(), re.M)
    return [command.replace("\\\n", " ") for command in indented]


def test_counting_by_hand_works_as_shown(tmp_path):
    (tmp_path / "data").mkdir()
    for part, captions in (("a", ["two dogs", None]), ("b", ["a crane and a bird", "a crane"])):
        pq.write_table(
            pa.table({"caption": pa.array(captions, pa.string())}), tmp_path / f"data/captions-{part}.parquet"
        )
    (tmp_path / "data/concepts.json").write_text('{"n1": ["dog"], "n2": ["crane (machine)"]}')
    (tmp_path / "data/excluded.csv").write_text("concept,excluded\nn2,bird\n")
    (count,) = commands("README.md")
    merge = next(command for command in commands("docs/concepts.md") if " merge " in command)
    for command in (count, "cp frequency.parquet part-1.parquet; cp frequency.parquet part-2.parquet", merge):
        subprocess.run(["bash", "-euc", command], cwd=tmp_path, check=True)
    counted = pq.read_table(tmp_path / "frequency.parquet").to_pylist()
    assert [(row["concept"], row["captions"], row["share"]) for row in counted] == [("n1", 2, 0.25), ("n2", 2, 0.25)]


SHORT = {"samples_seen": 640, "batch_size": 64}
