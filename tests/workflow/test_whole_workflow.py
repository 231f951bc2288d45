"""From web pages to a verdict, and what a second run does."""

import json
import zipfile

import pyarrow.parquet as pq
from digests import result_digests


def test_it_ends_in_a_report_with_a_verdict_for_each_claim(finished):
    results = finished.folder / "results"
    claims = json.loads((results / "studies/longtail/claims.json").read_text())["claims"]
    assert len(claims) == 2
    for claim in claims:
        assert claim["low"] < claim["estimate"] < claim["high"]
        assert claim["verdict"] in ("supported", "not supported", "inconclusive")
    page = (results / "report.html").read_text()
    assert all(claim["statement"].replace("'", "&#39;") in page for claim in claims)
    assert (results / "results.duckdb").stat().st_size > 0


def test_every_url_is_accounted_for(finished):
    folder = finished.folder / "results/pools/diverse"
    rows = pq.read_table(folder / "samples.parquet", columns=["status", "shard", "error_class"]).to_pylist()
    assert len(rows) == 2000
    assert all((row["status"] == "success") == (row["shard"] is not None) for row in rows)
    assert all(row["error_class"] for row in rows if row["status"] != "success")
    statistics = json.loads((folder / "chunks/0.json").read_text())
    assert sum(shard["count"] for shard in statistics) == 2000
    assert sum(shard["successes"] for shard in statistics) == sum(row["shard"] is not None for row in rows)


def test_counting_agrees_with_the_truth_of_the_miniweb(finished):
    pool = pq.read_table(finished.folder / "results/pools/diverse/samples.parquet").to_pylist()
    counted = pq.read_table(finished.folder / "results/concepts/objects/pools/diverse/frequency.parquet").to_pylist()
    captioned = [row for row in pool if row["shard"] is not None]
    for row in counted:
        concept = row["concept"]
        labelled = [each for each in captioned if each["label"] == concept]
        assert row["labelled"] == len(labelled)
        wrong = sum(not each["truth_caption_right"] for each in captioned if each["label"] != concept)
        assert row["captions"] - row["agreeing"] <= wrong  # whoever is taken for another had a wrong caption
        assert row["labelled"] - row["agreeing"] <= 0.25 * row["labelled"] + 5
    assert sum(row["agreeing"] for row in counted) > 0.85 * sum(row["labelled"] for row in counted)


def test_arms_saw_the_same_images_for_the_same_budget(finished):
    runs = finished.folder / "results/runs"
    for subset in ("longtail", "balanced"):
        for seed in (0, 1):
            clip, supervised = (
                json.loads((runs / subset / recipe / f"seed{seed}/run.json").read_text())
                for recipe in ("clip", "supervised")
            )
            assert clip["samples_seen"] == supervised["samples_seen"] == 640
            assert clip["order_digest"] == supervised["order_digest"]
            assert clip["model_digest"] != supervised["model_digest"]


def test_a_second_run_has_nothing_to_do(finished):
    assert finished.jobs() == {}
    before = result_digests(finished.folder)
    ran = finished.snakemake()
    assert ran.returncode == 0 and "Nothing to be done" in ran.stdout
    assert result_digests(finished.folder) == before


def test_every_job_tells_what_it_took_and_these_files_make_nothing_run_again(finished):
    logs, benchmarks = finished.folder / "results/logs", finished.folder / "results/benchmarks"
    told = {str(file.relative_to(logs).with_suffix("")) for file in logs.rglob("*.log")}
    assert {str(file.relative_to(benchmarks).with_suffix("")) for file in benchmarks.rglob("*.tsv")} == told
    page = (finished.folder / "results/report.html").read_text()
    assert all(f'<th scope="row">{stage}</th>' in page for stage in ("miniweb", "pools", "training", "studies"))
    aside = benchmarks.rename(benchmarks.with_name("aside"))
    assert finished.jobs() == {}
    aside.rename(benchmarks)
    for file in benchmarks.rglob("*.tsv"):
        file.touch()
    assert finished.jobs() == {}


def test_snakemake_report_holds_page_claims_and_every_figure(finished, tmp_path):
    ran = finished.snakemake("--report", str(tmp_path / "report.zip"))
    assert ran.returncode == 0, ran.stdout
    with zipfile.ZipFile(tmp_path / "report.zip") as report:
        held = {name.rsplit("/", 1)[-1] for name in report.namelist()}
        index = next(name for name in report.namelist() if name.endswith("/report.html") and "/data/" not in name)
        words = report.read(index).decode()
    results = finished.folder / "results"
    figures = {file.name for file in results.glob("*/*/figures/*.svg")}
    assert len(figures) > 5 and figures <= held and {"claims.json", "report.html"} <= held
    assert "Study longtail: Is CLIP less biased" in words and "the vocabulary objects occur in captions" in words


def test_touching_a_source_file_reruns_nothing(edited):
    for source in (edited.folder / "workflow").rglob("*.py"):
        source.touch()
    assert edited.jobs() == {}


def test_a_recipe_s_learning_rate_reruns_its_runs_and_what_hangs_on_them(finished):
    jobs = finished.jobs(layers=finished.layer("recipes: {clip: {learning_rate: 0.002}}"))
    assert jobs == {
        "train_seeds_0_to_1": 2,  # of four: the supervised ones stay
        "encode_seeds_0_to_1": 2,
        "evaluate_seeds_0_to_1": 2,
        "compare_arms": 1,
        "draw_figures": 1,
        "build_page": 1,
        "build_database": 1,
        "all": 1,
    }


def test_editing_the_training_code_reruns_the_runs_not_the_download(edited):
    loop = edited.folder / "workflow/clipcause/training/loop.py"
    loop.write_text(loop.read_text() + "\n# edited\n")
    jobs = edited.jobs()
    assert jobs["train_seeds_0_to_1"] == 5  # four arms and the embedder
    assert not {"draw_pool", "download_chunk", "index_pool", "build_subset", "count_concepts"} & set(jobs)


def test_a_seed_added_later_reuses_the_old_runs(finished):
    jobs = finished.jobs(layers=finished.layer("seeds: 3"))
    assert jobs["train_seeds_2_to_2"] == 4
    assert "train_seeds_0_to_1" not in jobs and "encode_seeds_0_to_1" not in jobs
    assert jobs["build_subset"] == 2 and jobs["evaluate_seeds_2_to_2"] == 4
    assert "download_chunk" not in jobs


def test_a_subset_s_setting_reruns_its_branch(finished):
    jobs = finished.jobs(layers=finished.layer("subsets: {longtail: {imbalance: 6}}"))
    assert jobs["build_subset"] == jobs["count_concepts"] == jobs["train_seeds_0_to_1"] == 2
    assert jobs["encode_seeds_0_to_1"] == jobs["evaluate_seeds_0_to_1"] == 2
    assert "index_pool" not in jobs


def test_another_match_rule_counts_again_and_trains_nothing(finished):
    jobs = finished.jobs(layers=finished.layer("vocabularies: {objects: {match: lemma, lemmatizer: wordnet}}"))
    assert jobs["fetch_wordnet"] == jobs["draw_frequencies"] == jobs["compare_arms"] == 1
    assert jobs["count_concepts"] == 5  # the pool, and two draws of two subsets
    assert not {"build_subset", "train_seeds_0_to_1", "encode_seeds_0_to_1"} & set(jobs)


def test_another_readout_is_computed_from_the_stored_features(finished):
    jobs = finished.jobs(layers=finished.layer("studies: {longtail: {readouts: [own, ensemble, 2_shot]}}"))
    assert jobs == {
        "evaluate_seeds_0_to_1": 4,
        "compare_arms": 1,
        "draw_figures": 1,
        "build_page": 1,
        "build_database": 1,
        "all": 1,
    }


def test_no_readout_that_learns_needs_no_images_to_learn_from(finished):
    jobs = finished.jobs(layers=finished.layer("studies: {longtail: {readouts: [own]}}"))
    assert jobs["evaluate_seeds_0_to_1"] == 4 and "train_seeds_0_to_1" not in jobs


def test_a_new_arm_is_a_few_lines_and_costs_its_own_runs(finished):
    arm = """
    subsets: {small: {method: random, from: diverse, samples: 100}}
    studies: {longtail: {arms: {clip_small: {subset: small, recipe: clip}}}}
    """
    jobs = finished.jobs(layers=finished.layer(arm))
    assert jobs["build_subset"] == jobs["count_concepts"] == 2
    assert jobs["train_seeds_0_to_1"] == jobs["encode_seeds_0_to_1"] == jobs["evaluate_seeds_0_to_1"] == 1
    assert jobs["compare_arms"] == 1


def test_a_single_target_makes_its_part(finished):
    assert finished.jobs("results/pools/diverse/samples.parquet", "--forcerun", "index_pool") == {"index_pool": 1}


def test_a_pool_in_chunks_is_counted_in_parts(finished, checkout):
    whole = "results/concepts/objects/pools/diverse"
    (checkout.folder / "layer.yaml").write_text("pools: {diverse: {chunks: 2}}")
    ran = checkout.snakemake(f"{whole}/card.json", f"{whole}/matches.parquet", layers=("tiny.yaml", "layer.yaml"))
    assert ran.returncode == 0, ran.stdout
    assert sorted(path.name for path in (checkout.folder / whole / "parts").iterdir()) == ["1of2", "2of2"]
    for file in ("frequency.parquet", "words.parquet"):
        in_parts, at_once = (pq.read_table(each.folder / whole / file) for each in (checkout, finished))
        assert in_parts.to_pylist() == at_once.to_pylist()
    counted = pq.read_table(checkout.folder / whole / "frequency.parquet", columns=["captions"])
    listed = pq.read_table(checkout.folder / whole / "matches.parquet")
    assert len(listed) == sum(counted["captions"].to_pylist())


def test_two_fresh_runs_agree_to_the_last_byte(finished, checkout):
    ran = checkout.snakemake()
    assert ran.returncode == 0, ran.stdout
    first, second = result_digests(finished.folder), result_digests(checkout.folder)
    assert len(first) > 40
    assert second == first
