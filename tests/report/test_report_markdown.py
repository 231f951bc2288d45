"""Claims and figures of studies on a page of documentation, and docs/full.md, which is one."""

import re
import subprocess
from pathlib import Path

import pytest

from clipcause.config import resolve
from clipcause.config.layers import read_layers
from clipcause.report.__main__ import main

PROJECT = Path(__file__).parents[2]
FULL = (PROJECT / "docs/full.md").read_text()
PAGE = """\
# What came of it

As it was told by hand.

## longtail

![](pictures/longtail_by_arm.png)
"""
WRITTEN = """\
# What came of it

As it was told by hand.

## longtail

Is CLIP less biased?

| claim | estimate | margin | verdict |
| --- | --- | --- | --- |
| CLIP follows class frequency less. | 0.39 [0.24 to 0.55] | above 0.10 | supported |
| Both are as accurate. | −0.4 points [−3.1 to 2.3 points] | within ±2.0 points | inconclusive |
| Unseen classes profit. | none: all classes are equally frequent | above 0.10 | inconclusive |
| One is cut more. | 39.0 points [−12.0 to 55.0 points] | at least −10.0 points | inconclusive |

![Accuracy against frequency](pictures/longtail_by_arm.png)
"""


@pytest.fixture
def write(results, tmp_path):
    """A function (text) -> the status of the command on a page with this text, which is `tmp_path`/page.md."""
    (study,) = results().studies

    def write(text: str) -> int:
        (tmp_path / "page.md").write_text(text)
        return main(["document", "--page", str(tmp_path / "page.md"), "--studies", str(study)])

    return write


def test_what_stands_below_a_study_s_heading_is_written_anew(write, tmp_path):
    for text in (PAGE, WRITTEN, WRITTEN.replace("0.39", "0.93")):
        assert write(text) == 0
        assert (tmp_path / "page.md").read_text() == WRITTEN
    assert (tmp_path / "pictures/longtail_by_arm.png").read_bytes() == b"\x89PNG"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PAGE.replace("## longtail", "## balance"), "study balance is not among those given, longtail; add its folder"),
        (PAGE.replace("by_arm", "by_leg"), "study longtail has no figure by_leg; there are by_class, by_arm"),
        (PAGE + "\n## balance\n", "study balance is not among those given"),
        ("# What came of it\n", "no heading to write below; give it one, `## longtail`"),
        ("", "no heading to write below"),
    ],
)
def test_what_the_results_lack_is_named_and_the_page_stays(write, tmp_path, capsys, text, message):
    assert write(text) == 1 and message in capsys.readouterr().err
    assert (tmp_path / "page.md").read_text() == text
    assert not (tmp_path / "pictures").exists()


def test_a_page_may_begin_with_a_study(write, tmp_path):
    assert write("## longtail\n") == 0
    assert (tmp_path / "page.md").read_text().startswith("## longtail\n\nIs CLIP less biased?\n")


def test_a_page_that_is_no_text_is_named(results, tmp_path, capsys):
    (tmp_path / "page.md").write_bytes(b"\x89PNG")
    (study,) = results().studies
    assert main(["document", "--page", str(tmp_path / "page.md"), "--studies", str(study)]) == 1
    assert "page.md: no text in UTF-8; name the Markdown file" in capsys.readouterr().err


def test_the_full_size_s_page_has_every_claim_that_was_judged_and_its_pictures():
    studies = resolve(read_layers([PROJECT / "config.yaml", PROJECT / "workflow/presets/full.yaml"]))["studies"]
    headings = re.findall(r"^## (\w+)$", FULL, re.M)
    assert headings == list(studies)
    for name, section in zip(headings, FULL.split("\n## ")[1:], strict=True):
        claims = [each for each in studies[name]["claims"].values() if not each["cannot_be_asked"]]
        assert re.findall(r"^\| (.*?) \| .*\[", section, re.M) == [claim["statement"] for claim in claims]
        assert studies[name]["question"] in section
    linked = re.findall(r"\]\((full/\S+)\)", FULL)
    assert {f"full/{path.name}" for path in (PROJECT / "docs/full").iterdir()} == set(linked)


def test_the_page_s_own_command(results, tmp_path):
    (command,) = re.findall(r"^    (python -m clipcause\.report .*)$", FULL, re.M)
    results()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/full.md").write_text(PAGE)
    subprocess.run(["bash", "-euc", command], cwd=tmp_path, check=True)
    assert (tmp_path / "docs/full.md").read_text() == WRITTEN
