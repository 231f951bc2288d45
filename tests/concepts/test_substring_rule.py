"""Rule `substring`: a synonym stands between spaces, in its own case, in captions whose punctuation is set apart."""

from hypothesis import given, settings
from made_cases import cases
from slow_rules import found, found_slowly, mentions, substring_rule

WORDS = (
    *("dog", "Dog", "dogs", "hot", "hot dog", "hot  dog", "a", "x-ray", "St. Louis", "U.S.", "Mr. Dog", "9:30", "why?"),
    *("!", "?", ",", "`", ". .", "a , b", "a ,", "dog's", "“dog”", "(dog)", "#dog", "dog_house", "-", "\v", "dog\f"),
    *("é", "e\u0301", "Über", "straße", "İ", "\u212a", "ς", "σ", "狗", "狗，", "🐕", "。", "a\u00a0dog", "\u2028"),
)


@given(case=cases(WORDS))
@settings(max_examples=30, deadline=None)
def test_equals_the_slow_rule(case):
    captions, concepts, sampled = case
    expected = found_slowly(substring_rule(), captions, concepts)
    assert found("substring", captions, concepts, sample=captions[:sampled]) == expected


BY_EYE = [
    ("a dog", "dog", True),
    ("dog", "dog", True),
    ("a Dog", "dog", False),
    ("a dog, a cat", "dog", True),
    ("dog;cat", "cat", True),
    ("`dog`", "dog", True),
    ("my dog's bone", "dog", False),  # an apostrophe is not set apart
    ("(dog)", "dog", False),
    ("“dog”", "dog", False),
    ("hot-dog", "dog", False),
    ("hot\tdog", "hot dog", True),
    ("hot\r\ndog", "hot dog", False),  # two spaces
    ("hot\ndog", "hot dog", True),
    ("hot\u00a0dog", "dog", False),
    ("hot  dog", "hot dog", False),
    ("hot, dog", "hot dog", False),
    ("in St. Louis", "St. Louis", False),  # becomes `St .  Louis`
    ("in St. Louis", "Louis", True),
    ("what!", "!", True),
    ("what ! ?", "! ?", False),
    ("a ,", "a ,", False),
    ("a, b", "a ,", True),
    ("大狗", "狗", False),
    ("", "dog", False),
]


def test_by_eye():
    found_ones = mentions("substring", [row[:2] for row in BY_EYE])
    assert [(*row[:2], each) for row, each in zip(BY_EYE, found_ones, strict=True)] == BY_EYE


def test_an_excluded_entry_rules_out():
    captions = {
        "a crane": True,
        "a crane, a bird": False,
        "a crane, a Bird": True,
        "a crane in a city zoo": False,
        "a crane in a zoo": True,
    }
    rows = [(caption, "crane") for caption in captions]
    assert mentions("substring", rows, excluded=["bird", "city zoo"]) == list(captions.values())
