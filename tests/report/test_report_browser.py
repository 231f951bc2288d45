"""The page in a real browser: no complaint, no request; it fits a phone, tables sort and filter, keys suffice."""

import html as markup_of
import json
import re
import shutil
import subprocess

import pytest
from made_large import make_large

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="THE PAGE IS NOT TESTED IN A BROWSER: no chromium here; `apt-get install chromium` brings it",
)


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> str:
    """A page of four studies, each of sixteen arms, and sixty claims."""
    folder = tmp_path_factory.mktemp("large")
    return make_large(folder).page(folder / "report.html")


PROBE = """
const heading = (name) => [...document.querySelectorAll("#runs th")].find((each) => each.textContent === name);
const column = (number) => [...document.querySelectorAll("#runs tbody tr")].map((row) => row.cells[number].textContent);
const button = heading("Final loss").querySelector("button");
const seen = { before: column(4), focusable: button.tabIndex };
button.click();
seen.ascending = column(4);
seen.sort = heading("Final loss").getAttribute("aria-sort");
button.click();
seen.descending = column(4);
heading("Recipe").querySelector("button").click();
seen.recipes = column(1);
seen.others = heading("Final loss").getAttribute("aria-sort");
"""
FILTERS = """
const shown = () => [...document.querySelectorAll("#claims-table tbody tr")]
  .filter((row) => row.checkVisibility() && !row.matches(".paper"));
const papers = [...document.querySelectorAll("#claims-table .paper")];
const groups = () => papers.filter((row) => row.checkVisibility()).length;
const control = (key) => document.querySelector(`#claims [data-key=${key}]`);
const choose = (key, value) => {
  control(key).value = value;
  control(key).dispatchEvent(new Event("input", { bubbles: true }));
};
const seen = { all: shown().length, groups: groups() };
const chip = document.querySelector(".chip.supported");
chip.click();
seen.supported = [...new Set(shown().map((row) => row.dataset.verdict))];
seen.pressed = chip.getAttribute("aria-pressed");
seen.output = document.querySelector("#claims output").textContent;
seen.number = shown().length;
choose("study", "balance");
seen.studies = [...new Set(shown().map((row) => row.dataset.study))];
seen.oneGroup = groups();
chip.click();
choose("study", "");
choose("paper", control("paper").options[2].value);
seen.papers = [...new Set(shown().map((row) => row.dataset.study))];
choose("paper", "");
choose("text", "SKETCH");
seen.text = shown().every((row) => row.textContent.includes("sketch")) && shown().length;
choose("text", "");
seen.again = [shown().length, document.querySelector("#claims output").textContent];
const runs = document.querySelector("#runs input");
runs.value = "near_pruned_control";
runs.dispatchEvent(new Event("input", { bubbles: true }));
seen.runs = document.querySelector("#runs output").textContent;
const cards = document.querySelector("#cards-balance");
const rows = () => [...cards.querySelectorAll("details[open] tbody tr")].filter((row) => row.checkVisibility());
const before = rows().length;
document.querySelector("[data-differing=cards-balance]").click();
seen.differing = [before > rows().length, rows().some((row) => row.matches(".same")), rows().length > 0];
"""
FLOW = """
const flow = document.querySelector("#flow svg.flow");
const lit = () => [...flow.querySelectorAll(".on[data-node]")].map((node) => node.querySelector("title").textContent);
const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
const here = () => document.activeElement.querySelector("title").textContent;
const seen = { stops: flow.querySelectorAll("[tabindex='0']").length };
flow.querySelector("[tabindex='0']").focus();
seen.first = here();
press("ArrowRight");
press("ArrowRight");
seen.along = here();
seen.lit = lit();
seen.lines = flow.querySelectorAll(".line.on").length;
press("ArrowDown");
seen.down = here();
seen.stillOne = flow.querySelectorAll("[tabindex='0']").length;
press("ArrowLeft");
seen.back = here();
document.activeElement.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
seen.dark = flow.classList.contains("lit");
"""
REST = """
const seen = {
  requests: performance.getEntriesByType("resource").filter(({ name }) => !name.startsWith("data:")).length,
  svg: [...document.querySelectorAll("a[data-shown]")].map((a) => [a.download, a.hidden, a.href.slice(0, 22)]),
  stops: [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
    .filter((each) => each.checkVisibility() && each.tabIndex !== 0).length,
  skip: document.querySelector("a").hash,
};
window.dispatchEvent(new Event("beforeprint"));
seen.folded = document.querySelectorAll("details:not([open])").length;
window.dispatchEvent(new Event("afterprint"));
seen.foldedAgain = document.querySelectorAll("details:not([open])").length > 0;
"""


def browse(path, *flags):
    """The page's markup after its scripts ran, and all that the browser has to say of it."""
    command = [
        *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"),
        *("--virtual-time-budget=2000", *flags, "--dump-dom", path.as_uri()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, re.findall(r"CONSOLE.*", done.stderr)


def probed(html, script, folder):
    """What a script leaves in `seen` once it has run in the page, which must have nothing to complain of."""
    leave = "document.documentElement.dataset.seen = JSON.stringify(seen);"
    (folder / "probe.html").write_text(with_probe(html, script + leave), encoding="utf-8")
    markup, console = browse(folder / "probe.html")
    assert console == []
    return json.loads(markup_of.unescape(re.search(r'<html[^>]* data-seen="([^"]*)"', markup).group(1)))


def with_probe(html, script):
    """The page with a script of the test's own at its end, and without the policy that would forbid it."""
    html = re.sub(r"<meta http-equiv=.*?>", "", html)
    return html.replace("</body>", f"<script>{script}</script></body>")


def test_renders_without_a_complaint(results, tmp_path):
    results(caption="<script>alert(1)</script>", label='"><img src=x onerror=alert(1)>').page(tmp_path / "report.html")
    markup, console = browse(tmp_path / "report.html")
    assert console == []
    assert markup.count('aria-sort="none"') == 8  # the script ran under the page's own policy


def test_the_policy_forbids_other_scripts(results, tmp_path):
    html = results().page(tmp_path / "report.html")
    (tmp_path / "other.html").write_text(html.replace("</body>", "<script>document.title = 'taken'</script></body>"))
    markup, console = browse(tmp_path / "other.html")
    assert "<title>taken" not in markup and "Content Security Policy" in console[0]


def test_runs_sort_by_every_column(results, tmp_path):
    html = results().page(tmp_path / "report.html")
    seen = probed(html, PROBE, tmp_path)
    assert seen["before"] == ["2.500", "1.500", "0.500", "-0.500"]
    assert seen["ascending"] == ["-0.500", "0.500", "1.500", "2.500"] and seen["sort"] == "ascending"
    assert seen["descending"] == ["2.500", "1.500", "0.500", "-0.500"] and seen["focusable"] == 0
    assert seen["recipes"] == ["clip", "clip", "supervised", "supervised"] and seen["others"] == "none"


def test_claims_runs_and_cards_are_filtered(large, tmp_path):
    seen = probed(large, FILTERS, tmp_path)
    assert (seen["all"], seen["groups"]) == (60, 4)
    assert seen["supported"] == ["supported"] and seen["pressed"] == "true"
    assert 0 < seen["number"] < 60 and seen["output"] == f"{seen['number']} of 60"
    assert seen["studies"] == ["balance"] and seen["oneGroup"] == 1
    assert seen["papers"] == ["robustness"] and 0 < seen["text"] < 60
    assert seen["again"] == [60, ""]
    assert seen["runs"] == "6 of 105"
    assert seen["differing"] == [True, False, True]


def test_arrow_keys_walk_the_data_flow_and_light_what_hangs_together(results, tmp_path):
    seen = probed(results().page(tmp_path / "report.html"), FLOW, tmp_path)
    assert seen["stops"] == seen["stillOne"] == 1
    assert seen["first"] == "pool diverse" and seen["along"] == "run clip, on longtail, 2 seeds"
    assert set(seen["lit"]) == {
        *("pool diverse", "subset longtail, by resample", "run clip, on longtail, 2 seeds"),
        "study longtail, CLIP on long-tailed data",
    }
    assert seen["lines"] == 3
    assert seen["down"] == "run supervised, on longtail, 2 seeds" and seen["back"] == "subset longtail, by resample"
    assert seen["dark"] is False


def test_nothing_is_asked_of_the_network_all_is_in_reach_of_the_keyboard_and_paper_shows_all(results, tmp_path):
    seen = probed(results().page(tmp_path / "report.html"), REST, tmp_path)
    assert seen["requests"] == 0
    assert seen["svg"][0] == ["longtail-by_class.svg", False, "data:image/svg+xml;bas"] and len(seen["svg"]) == 3
    assert seen["stops"] == 0 and seen["skip"] == "#claims"
    assert seen["folded"] == 0 and seen["foldedAgain"]


def test_a_phone_shows_it_without_scrolling_sideways(results, tmp_path):
    html = results(statement="A long statement " * 20, label="w" * 60, error_class="e" * 60).page(
        tmp_path / "report.html"
    )
    assert width_on_a_phone(html, tmp_path) <= 390


def test_a_phone_shows_a_large_one_without_scrolling_sideways(large, tmp_path):
    assert width_on_a_phone(large, tmp_path) <= 390


def width_on_a_phone(html, tmp_path):
    """How many pixels wide the page is where there are 390."""
    probe = "parent.postMessage(document.documentElement.scrollWidth, '*')"
    (tmp_path / "inner.html").write_text(with_probe(html, probe))
    (tmp_path / "phone.html").write_text(
        '<iframe src="inner.html" style="width:390px;height:800px;border:0"></iframe>'
        "<script>onmessage = (message) => { document.title = message.data }</script>"
    )
    markup, _ = browse(tmp_path / "phone.html")
    return int(re.search(r"<title>(\d+)</title>", markup).group(1))
