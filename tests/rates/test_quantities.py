"""How many rows, images and samples there are, or will be."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.rates.quantities import Quantities
from clipcause.rates.work import Described, work_of

POOL = "results/pools/diverse"


@pytest.fixture
def quantities(tiny_config, tmp_path):
    """A function () -> quantities of the tests' small configuration, whose results lie in a folder of its own."""
    return lambda **changes: Quantities(tiny_config | changes, tmp_path / "results")


def write(tmp_path, path: str, value: dict) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value))


def test_before_anything_is_made_counts_come_from_the_settings(quantities):
    q = quantities()
    miniweb = q.config["miniweb"]
    lost = miniweb["dead_links"] + miniweb["broken_files"] + miniweb["not_images"]
    assert q.rows("diverse") == 2000
    assert q.images("diverse") == round(2000 * (1 - lost)) == q.candidates("whole", 0) == q.samples("whole", 0)
    assert q.samples("longtail", 1) == 300
    assert q.test_images("balanced") == 24 * 4


def test_what_is_made_is_counted(quantities, tmp_path):
    write(tmp_path, f"{POOL}/card.json", {"rows": 1990, "images": 1700})
    write(tmp_path, "results/subsets/longtail/draw1/card.json", {"samples": 299})
    table = tmp_path / "results/testsets/balanced/samples.parquet"
    table.parent.mkdir(parents=True)
    pq.write_table(pa.table({"uid": ["a", "b"]}), table)
    q = quantities()
    assert (q.rows("diverse"), q.images("diverse"), q.samples("whole", 0)) == (1990, 1700, 1700)
    assert (q.samples("longtail", 1), q.samples("longtail", 0)) == (299, 300)
    assert q.test_images("balanced") == 2


def test_a_pool_of_the_web_has_as_many_images_as_its_preflight_expects(quantities, tmp_path, tiny_config):
    metadata = tmp_path / "urls.csv"
    metadata.write_text("url\n" + "a\n" * 500)
    pool = tiny_config["pools"]["diverse"] | {"metadata": str(metadata), "site": None}
    q = quantities(pools={"diverse": pool})
    assert (q.rows("diverse"), q.images("diverse")) == (500, 500)
    write(tmp_path, f"{POOL}/preflight.json", {"rows": 500, "success": 0.6})
    assert quantities(pools={"diverse": pool}).images("diverse") == 300
    (tmp_path / POOL / "preflight.json").unlink()
    missing = pool | {"metadata": "none.parquet"}
    assert quantities(pools={"diverse": missing}).images("diverse") is None


def test_rows_are_those_of_all_tables_that_are_here_or_of_what_was_made_of_them(quantities, tmp_path, tiny_config):
    for number, rows in enumerate((500, 300)):
        (tmp_path / f"urls{number}.csv").write_text("url\n" + "a\n" * rows)
    pool = tiny_config["pools"]["diverse"] | {"metadata": f"{tmp_path}/urls*.csv", "site": None}
    remote = pool | {"metadata": [f"{tmp_path}/urls0.csv", "https://example.org/more.csv"]}
    assert quantities(pools={"diverse": pool}).rows("diverse") == 800
    assert quantities(pools={"diverse": pool | {"max_rows": 600}}).rows("diverse") == 600
    assert quantities(pools={"diverse": remote}).rows("diverse") is None
    (tmp_path / POOL).mkdir(parents=True)
    pq.write_table(pa.table({"row": range(777)}), tmp_path / POOL / "metadata.parquet")
    assert quantities(pools={"diverse": remote}).rows("diverse") == 777


def test_the_images_of_a_test_set_that_is_not_fetched_yet_are_not_known(quantities, tiny_config):
    fetched = {"source": "web", "url": "hf://datasets/clip-benchmark/wds_cars", "split": "test"}
    assert quantities(testsets=tiny_config["testsets"] | {"cars": fetched}).test_images("cars") is None


@pytest.mark.parametrize(
    ("job", "units", "kind"),
    [
        (Described("train", "train_seeds_0_to_1", {"subset": "longtail", "recipe": "clip"}, range(2)), 2 * 640,
         "clip, batches of 32"),
        (Described("train", "train_seeds_0_to_1", {"subset": "longtail", "recipe": "clip"}, range(2), gpus=1), 2 * 640,
         "clip, batches of 32 on a GPU"),
        (Described("encode", "encode_seeds_0_to_1", {"subset": "longtail", "recipe": "clip"}, range(2)),
         2 * 3 * 96, ""),
        (Described("evaluate", "evaluate_seeds_0_to_1", {"subset": "longtail", "recipe": "clip"}, range(2)),
         2 * 3 * 96 * 4, ""),
        (Described("compare_arms", "compare_arms", {"study": "longtail"}), 2 * 96 * 4 * 2 * 4, ""),
        (Described("download_chunk", "download_chunk", {"pool": "diverse", "chunk": "0"}), 2000, "from loopback"),
        (Described("count_concepts", "count_concepts", {"vocabulary": "objects", "counted": "subsets/longtail/draw0"}),
         300, "objects"),
        (Described("embed_testsets", "embed_testsets_by_own", {}), 2 * 96, ""),
        (Described("draw_figures", "draw_figures", {"study": "longtail"}), 4, ""),
        (Described("build_page", "build_page", {}), 4 * 2 * 4, ""),
        (Described("build_database", "build_database", {}), 4 * 2 * 3 * 96 * 4, ""),
        (Described("write_vocabulary", "write_vocabulary", {}), 1, ""),
    ],
    ids=lambda value: value.step if isinstance(value, Described) else None,
)  # fmt: skip
def test_the_work_of_a_job_is_counted_in_its_step_s_units(quantities, job, units, kind):
    work = work_of(job, quantities())
    assert (work.step, work.units, work.kind) == (job.step, units, kind)


def test_the_work_of_training_and_of_embedding_names_the_model(quantities):
    q = quantities()
    train = work_of(Described("train", "train_seeds_0_to_1", {"subset": "longtail", "recipe": "clip"}, range(2)), q)
    embed = work_of(Described("embed_testsets", "embed_testsets_by_own", {}), q)
    assert json.loads(train.model) == q.config["models"]["tiny"] == json.loads(embed.model)
