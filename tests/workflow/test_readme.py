"""What the README shows works as it stands there."""

import re

import duckdb
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


SHORT = {"samples_seen": 640, "batch_size": 64}
