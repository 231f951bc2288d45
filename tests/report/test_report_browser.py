"""The page in a real browser: it renders without a complaint, fits a phone, and its table sorts."""

import json
import re
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="THE PAGE IS NOT TESTED IN A BROWSER: no chromium here; `apt-get install chromium` brings it",
)

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
document.documentElement.dataset.seen = JSON.stringify(seen);
"""


def browse(path, *flags):
    """The page's markup after its scripts ran, and all that the browser has to say of it."""
    command = [
        *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"),
        *("--virtual-time-budget=2000", *flags, "--dump-dom", path.as_uri()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, re.findall(r"CONSOLE.*", done.stderr)


def with_probe(html, script):
    """The page with a script of the test's own at its end, and without the policy that would forbid it."""
    html = re.sub(r"<meta http-equiv=.*?>", "", html)
    return html.replace("</body>", f"<script>{script}</script></body>")


def test_renders_without_a_complaint(results, tmp_path):
    results(caption="<script>alert(1)</script>", label='"><img src=x onerror=alert(1)>').page(tmp_path / "report.html")
    markup, console = browse(tmp_path / "report.html")
    assert console == []
    assert markup.count("<button") == 7  # the script ran under the page's own policy


def test_the_policy_forbids_other_scripts(results, tmp_path):
    html = results().page(tmp_path / "report.html")
    (tmp_path / "other.html").write_text(html.replace("</body>", "<script>document.title = 'taken'</script></body>"))
    markup, console = browse(tmp_path / "other.html")
    assert "<title>taken" not in markup and "Content Security Policy" in console[0]


def test_runs_sort_by_every_column(results, tmp_path):
    html = results().page(tmp_path / "report.html")
    (tmp_path / "probe.html").write_text(with_probe(html, PROBE))
    markup, console = browse(tmp_path / "probe.html")
    assert console == []
    seen = json.loads(re.search(r"data-seen='([^']*)'|data-seen=\"([^\"]*)\"", markup).group(2).replace("&quot;", '"'))
    assert seen["before"] == ["2.500", "1.500", "0.500", "-0.500"]
    assert seen["ascending"] == ["-0.500", "0.500", "1.500", "2.500"] and seen["sort"] == "ascending"
    assert seen["descending"] == ["2.500", "1.500", "0.500", "-0.500"] and seen["focusable"] == 0
    assert seen["recipes"] == ["clip", "clip", "supervised", "supervised"] and seen["others"] == "none"


def test_a_phone_shows_it_without_scrolling_sideways(results, tmp_path):
    html = results(statement="A long statement " * 20, label="w" * 60, error_class="e" * 60).page(
        tmp_path / "report.html"
    )
    probe = "parent.postMessage(document.documentElement.scrollWidth, '*')"
    (tmp_path / "inner.html").write_text(with_probe(html, probe))
    (tmp_path / "phone.html").write_text(
        '<iframe src="inner.html" style="width:390px;height:800px;border:0"></iframe>'
        "<script>onmessage = (message) => { document.title = message.data }</script>"
    )
    markup, _ = browse(tmp_path / "phone.html")
    assert int(re.search(r"<title>(\d+)</title>", markup).group(1)) <= 390
