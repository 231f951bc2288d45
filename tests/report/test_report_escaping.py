"""Text from configuration and web stays text, wherever it is shown."""

import pytest
from made_results import WORDS
from markup import Page

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</style></title><iframe src=//evil.example>",
    "{{ config }}{% raw %}",
    "&lt;b&gt; ]]> <!-- -->",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(results, tmp_path, text):
    harmless = Page(results().page(tmp_path / "harmless.html"))
    words = {word: f"{word} {text}" for word in WORDS}
    hostile = Page(results(**words).page(tmp_path / "hostile.html"))
    shape = [(element.tag, sorted(element.attributes)) for element in harmless.elements]
    assert [(element.tag, sorted(element.attributes)) for element in hostile.elements] == shape
    for word in words.values():
        assert any(word in element.text for element in hostile.elements)


def test_hostile_figures_are_images_only(results, tmp_path):
    made = results()
    (made.studies[0] / "figures/by_arm.svg").write_text("<svg onload='alert(1)'><script>alert(1)</script></svg>")
    html = made.page(tmp_path / "report.html")
    assert "alert(1)" not in html  # within an image, in base64, where no script runs
