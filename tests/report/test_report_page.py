"""The page: what stands where, that nothing is fetched or missing, the same bytes for the same results."""

import base64
import itertools
import re

import pytest
from jinja2 import UndefinedError
from made_results import make_benchmark
from markup import Page

from clipcause.errors import UserError
from clipcause.files.outputs import read_json, write_json
from clipcause.report.__main__ import main


@pytest.fixture
def html(results, tmp_path) -> str:
    return results().page(tmp_path / "report.html")


@pytest.fixture
def page(html) -> Page:
    return Page(html)


def test_summary_comes_first_then_claims_then_the_rest(page):
    assert (
        page.all("h1")[0].text
        == "Of 4 claims of Wen et\N{NO-BREAK SPACE}al. 2024, 1 is supported and 3 are inconclusive."
    )
    sections = [element["id"] for element in page.all("section")]
    assert sections == ["claims", "study-longtail", "concepts", "runs", "pools", "flow", "provenance"]
    order = [
        element["id"] for element in page.elements if element["id"] in ("claims", "contents-title", "study-longtail")
    ]
    assert order == ["claims", "contents-title", "study-longtail"]
    assert page.all("table")[0].inside("section", id="claims")
    assert page.elements.index(page.all("h1")[0]) < page.elements.index(page.all("table")[0])


def test_claims_table_tells_estimate_interval_margin_verdict_and_citation(page):
    rows = [row.words for row in page.all("tr") if row.inside("table", **{"class": "claims"})]
    assert "NeurIPS 2024. arXiv:2405.21070" in rows[1] and "Jiangmiao Pang" in rows[1]
    supported, about_zero, nothing, cut, not_run, not_asked = rows[2:]
    assert "test set balanced : plain − clip" in supported
    assert re.search(r"0\.39 0\.24 to 0\.55 above 0\.10 0\.32 ✓ supported$", supported)
    assert re.search(r"−0\.4 points −3\.1 to 2\.3 points within ±2\.0 points 32\.0 points \? inconclusive$", about_zero)
    assert "No estimate: all classes are equally frequent." in nothing
    assert "Relative cut of Accuracy gap between groups, less that of" in cut and "(gold), mean over test sets" in cut
    assert "balanced, sketch : from plain to clip" in cut
    assert re.search(r"39\.0 points −12\.0 to 55\.0 points above −10\.0 points 32\.0 points \? inconclusive$", cut)
    assert not_run == "Scale does it. needs what full.yaml adds: snakemake --cores all longtail ○ not run"
    assert not_asked == "Nobody knows. all classes are equally frequent – not asked"


def test_study_shows_question_arms_figures_and_cards(page):
    study = next(element for element in page.all("section") if element["id"] == "study-longtail")
    text = study.words
    assert "Is CLIP less biased?" in text and "After Wen et al. 2024" in text
    assert "plain longtail supervised 0, 1" in text
    assert "their recipes differ in model" in text
    assert "method resample from diverse template a photo of one imbalance 40 " in text
    assert "Samples 7,000 to 7,001" in text and "Imbalance 40.0" in text and "Draw 1 1e1e1e1e1e1e" in text
    assert "balanced 50.0 % 45.0 to 55.0 50.0 % 45.0 to 55.0 sketch" in text
    assert "Top-1 accuracy, read out by a linear probe" in text and "75.0 % 70.0 to 80.0 –" in text
    assert "Representation bias (gold)" in text and "12.5 % 10.0 to 15.0 –" in text
    assert "Neural collapse NC1" in text and "balanced 0.50 –" in text  # one seed, nothing resampled: no interval
    assert "The readout template does not apply to plain on balanced: the objective supervised trains no text" in text
    assert "Spearman correlation of class frequency with accuracy" not in text  # no arm has it


def test_concept_counts_are_told_side_by_side(page):
    concepts = next(element for element in page.all("section") if element["id"] == "concepts")
    assert "3 concepts, found in captions by the rule lemma with the lemmatiser plurals" in concepts.words
    rows = [row.words for row in page.all("tr") if row.inside("section", id="concepts")]
    counted = "7,000 10 6,500 2 1.39 – 97.0 % 92.9 %".replace(" %", "\N{NARROW NO-BREAK SPACE}%")
    assert [row.replace("\N{NARROW NO-BREAK SPACE}", " ") for row in rows[1:]] == [
        f"{name} {counted}".replace("\N{NARROW NO-BREAK SPACE}", " ")
        for name in ("pool diverse", "subset longtail, draw 0")
    ]


def test_a_data_card_tells_similarity_attributes_truth_and_what_its_method_notes(page):
    [card] = [each.words for each in page.all("div") if each["id"] == "cards-longtail"]
    said = card.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "In the head third of classes 57.1 % In the tail third 1.4 %" in said
    assert "balanced 0.78 Also in balanced 1 + 4" in said and "within a cosine distance of 0.05" in said
    assert "Exact duplicates 3 Near duplicates 40" in said
    assert "Share of samples 30.0 % Share wished for 50.0 % Representation bias 0.20" in said
    assert "Association bias, mean 0.10 Association bias, largest 0.40 Largest with umbrella" in said
    assert "True duplicates left 20 of 120 Left out, of a group of duplicates 110 of 300" in said
    assert "style umbrella, kept 20.0 % style umbrella, association 0.30 → 0.10" in said
    assert "pruned by, umbrella 12 trimmed umbrella mean q 0.25" in said


def test_every_figure_can_be_downloaded_and_names_its_files(page):
    figures = page.all("figure")
    assert len(figures) == 3
    downloads = [link["download"] for link in page.all("a") if link["download"]]
    names = ("longtail-by_class", "longtail-by_arm", "objects-rank_frequency")
    assert downloads == [f"{name}.{kind}" for name in names for kind in ("csv", "svg", "png")]
    csv = next(link for link in page.all("a") if link["download"] == "longtail-by_arm.csv")
    assert base64.b64decode(csv["href"].split(",", 1)[1]) == b"concept,accuracy\numbrella,0.5\n"
    assert all(image["alt"] for image in page.all("img"))


def test_nothing_is_fetched(page, html):
    for element in page.elements:
        assert element.tag not in ("link", "iframe", "object", "embed", "base", "form")
        for attribute in ("src", "srcset", "href", "xlink:href", "action", "poster"):
            target = element[attribute]
            if target is None or target.startswith(("data:", "#")):
                continue
            assert (element.tag, attribute) == ("a", "href") and target.startswith("https://arxiv.org/abs/")
    assert all(script["src"] is None for script in page.all("script"))
    style = page.all("style")[0].text
    assert "url(" not in style and "@import" not in style


def test_ids_are_unique_and_links_within_the_page_lead_somewhere(page):
    ids = page.ids()
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in page.all("a") if (link["href"] or "").startswith("#")} <= set(ids)
    labelled = {each["aria-labelledby"] for each in page.elements if each["aria-labelledby"]}
    assert labelled <= set(ids)


def test_verdicts_are_told_by_word_and_symbol_and_headings_do_not_skip(page):
    verdicts = [each.text for each in page.all("span") if each.inside("table") and "verdict" in (each["class"] or "")]
    assert verdicts == ["✓ supported", *["? inconclusive"] * 3, "○ not run", "– not asked"]
    levels = [int(element.tag[1]) for element in page.elements if re.fullmatch("h[1-6]", element.tag)]
    assert levels[0] == 1 and all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_runs_pools_and_configuration_are_told(page):
    texts = {element["id"]: element.words for element in page.all("section")}
    assert "longtail clip 0 48,000 2.500 2,400 0f0f0f0f0f0f" in texts["runs"]
    assert "Rows asked for 24,000 With an image 23,000" in texts["pools"] and "http_404 900" in texts["pools"]
    assert "Seeds 0, 1" in texts["provenance"] and "torch" in texts["provenance"]
    assert "frequency_of: longtail" in texts["provenance"]


def test_same_results_same_bytes(results, tmp_path):
    made = results()
    assert made.page(tmp_path / "one.html") == made.page(tmp_path / "two.html")
    made.runs.reverse()
    made.cards.reverse()
    assert made.page(tmp_path / "three.html") == made.page(tmp_path / "one.html")


def test_a_missing_value_is_an_error(results, tmp_path):
    made = results()
    record = read_json(tmp_path / "results/pools/diverse/card.json")
    del record["held_out"]
    write_json(tmp_path / "results/pools/diverse/card.json", record)
    with pytest.raises(UndefinedError, match="held_out"):
        made.page(tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_pages_of_the_same_results_differ_in_their_times_alone(results, tmp_path):
    made = results()
    one = made.page(tmp_path / "one.html")
    make_benchmark(made.benchmarks / "train/longtail.clip.seeds0to1.tsv", 70.0, "900.0", ended=90000)
    two = made.page(tmp_path / "two.html")
    times = re.compile(r'<h3 id="times">.*?<h3>', re.S)
    assert one != two and times.sub("", one) == times.sub("", two)


def test_claims_that_were_not_put_to_the_test_are_escaped_and_no_part_of_the_headline(results, tmp_path):
    made = results()
    path = made.studies[0] / "claims.json"
    judged = read_json(path)
    beyond = [claim for claim in judged["claims"] if claim["verdict"] in ("not run", "not asked")]
    for claim in beyond:
        claim["reason"] = "<script>alert(1)</script>"
    judged["claims"] = [judged["claims"][0], *beyond]
    write_json(path, judged)
    page = Page(made.page(tmp_path / "report.html"))
    rows = [row.words for row in page.all("tr") if row.inside("table", **{"class": "claims"})]
    assert sum("<script>alert(1)</script>" in row for row in rows) == len(beyond) == 2
    assert page.all("h1")[0].words.endswith("is supported.")


def test_times_tell_what_is_new_since_the_last_report_and_what_was_taken_over(page):
    rows = [row.words for row in page.all("tr") if row.inside("table", **{"class": "compact times"})]
    assert rows[1:] == [
        "pools 1 0 1 2.5 s – 1970-01-01 00:16 index_pool",
        "training 2 2 0 3 min 6 s 812 MB 1970-01-01 01:23 train × 2",
        "all 3 2 1 3 min 8 s",
    ]


def test_the_data_flow_is_a_picture_with_the_same_in_words(page):
    [flow] = [each for each in page.all("svg") if each["class"] == "flow"]
    nodes = [each["aria-label"] for each in page.all("g") if each["class"].startswith("node")]
    assert nodes == [
        "pool diverse",
        "test sets balanced, sketch",
        "subset longtail, by resample",
        "run clip, on longtail, 2 seeds",
        "run supervised, on longtail, 2 seeds",
        "study longtail, CLIP on long-tailed data",
    ]
    words = [each.words for each in page.all("li") if each.inside("ul", **{"class": "flow-words"})]
    assert words[0] == "subset longtail, by resample , made of: pool diverse"
    assert len(words) == 4 and flow["role"] == "group"


@pytest.mark.parametrize("file", ["claims.json", "estimates.parquet", "figures/index.json", "figures/by_arm.csv"])
def test_a_missing_file_is_named(results, tmp_path, file):
    made = results()
    (made.studies[0] / file).unlink()
    with pytest.raises(UserError, match=f"{file}: No such file"):
        made.page(tmp_path / "report.html")


def test_what_is_not_given_is_named(results, tmp_path):
    made = results()
    with pytest.raises(UserError, match="no run of longtail with supervised"):
        made.__class__(**vars(made) | {"runs": made.runs[:2]}).page(tmp_path / "report.html")
    with pytest.raises(UserError, match="no data card of subset longtail"):
        made.__class__(**vars(made) | {"cards": []}).page(tmp_path / "report.html")
    with pytest.raises(UserError, match="study longtail is not in the configuration"):
        made.__class__(**vars(made) | {"config": {"studies": {"other": {}}}}).page(tmp_path / "report.html")


def test_a_configuration_without_studies_is_told_so(tmp_path, capsys):
    given = ["--studies", "--runs", "--cards", "--pools", "--counts", "--output", str(tmp_path / "report.html")]
    given += ["--config", "{}", "--benchmarks", str(tmp_path), "--stages", "{}"]
    assert main(["page", *given]) == 1
    assert "has no study, so there is nothing to report" in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()
