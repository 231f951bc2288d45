"""What the README shows works as it stands there."""

import re
import subprocess

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from checkouts import PROJECT, Checkout

from clipcause.config import resolve
from clipcause.config.layers import read_layers

VERDICTS = ("supported", "not supported", "inconclusive")
README = (PROJECT / "README.md").read_text()
SHORT = {"samples_seen": 640, "batch_size": 64}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def test_the_layer_fits_the_default_configuration(tmp_path):
    (layer,) = blocks("yaml")
    (tmp_path / "my.yaml").write_text(layer)
    assert list(resolve(read_layers([PROJECT / "config.yaml", tmp_path / "my.yaml"]))["studies"]) == ["mine"]


@pytest.mark.slow  # the tutorial runs such a layer as well
def test_the_layer_runs_on_pictures_of_one_s_own(checkout, jpeg):
    (layer,) = blocks("yaml")
    (checkout.folder / "my.yaml").write_text(layer)
    (checkout.folder / "short.yaml").write_text(
        yaml.safe_dump({"recipes": dict.fromkeys(("clip", "supervised"), SHORT)})
    )
    checkout.add_pictures(jpeg)
    ran = checkout.snakemake(layers=("my.yaml", "short.yaml"))
    assert ran.returncode == 0, ran.stdout
    assert "Language helps." in (checkout.folder / "results/report.html").read_text()


def test_the_five_queries_answer(finished):
    queries = blocks("sql")
    assert len(queries) == 5
    with duckdb.connect(str(finished.folder / "results/results.duckdb"), read_only=True) as database:
        claims, accuracies, classes, subsets, runs = (database.sql(query).fetchall() for query in queries)
    assert len(claims) == 2 and all(verdict in VERDICTS for *_, verdict in claims)
    assert len(accuracies) == 4 * 2, "arms times test sets"
    assert all(low <= accuracy <= high for *_, accuracy, low, high in accuracies)
    assert len(classes) == 4 * 24, "arms times classes"
    assert {(subset, method, draws) for subset, method, *_, draws in subsets} == {
        ("balanced", "resample", 2),
        ("longtail", "resample", 2),
    }
    assert len(runs) == 4 and all(seeds == 2 and samples == 640 for _, _, seeds, samples, _ in runs)


PARTS = {
    "similarity": {"compare_arms": 1, "draw_figures": 1, "similarity": 1},
    "published": {"fetch_published": 4, "tabulate_published": 4, "measure_published": 1, "published": 1},
    "results/pools/diverse/samples.parquet": {
        "draw_pool": 1,
        "prepare_metadata": 1,
        "download_chunk": 1,
        "index_pool": 1,
    },
    "results/runs/quarter/clip/seed0/run.json": {"build_subset": 3, "train_seeds_0_to_2": 1},
    "longtail": {"compare_arms": 1, "draw_figures": 1, "longtail": 1},
}
"""By target of the README's commands: some of the jobs that the default configuration needs for it, from nothing."""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Checkout:
    """The project's own configuration, of which nothing has run."""
    return Checkout(tmp_path_factory.mktemp("fresh"), PROJECT / "config.yaml")


def command_for(target: str) -> list[str]:
    """The arguments of the README's command for this target, after the number of cores."""
    lines = [line.split("#")[0].split() for line in blocks("sh")[0].splitlines()]
    (arguments,) = [words[3:] for words in lines if target in words]
    return arguments


@pytest.mark.parametrize("target", PARTS)
def test_a_part_makes_its_jobs_and_no_others(target, fresh):
    jobs = fresh.jobs(*command_for(target), layers=())
    assert {job: jobs.get(job) for job in PARTS[target]} == PARTS[target]
    if target in ("results/pools/diverse/samples.parquet", "published"):
        assert jobs == PARTS[target]
    if target.endswith("run.json"):
        assert not {"compare_arms", "encode_seeds_0_to_2", "embed_images"} & set(jobs)
    assert not {"build_page", "build_database", "all"} & set(jobs), "the report is another target"


def test_one_step_of_one_study_runs_anew(finished):
    assert finished.jobs(*command_for("longtail")) == {"draw_figures": 1, "longtail": 1}


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
