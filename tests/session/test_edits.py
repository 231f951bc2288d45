"""What was edited between the recorded params and those of today."""

import json

import pytest

from clipcause.session.edits import edits

CLIP = {"objective": "clip", "learning_rate": 0.003, "start": {"source": "random"}, "freeze": []}
MODEL = {"architecture": "tiny", "widths": [32, 64], "image_size": 24}
WILDCARDS = {"subset": "longtail", "recipe": "clip"}


def told(before: dict, now: dict, wildcards: dict = WILDCARDS) -> list[str]:
    return edits(now, sorted(map(repr, before.values())), wildcards)


def params(recipe: dict = CLIP, model: dict = MODEL, **others: object) -> dict:
    return {"recipe": json.dumps(recipe), "model": json.dumps(model), **others}


@pytest.mark.parametrize(
    ("now", "phrase"),
    [
        (params(CLIP | {"learning_rate": 0.002}), "the recipe clip was edited (learning_rate: 0.003 -> 0.002)"),
        (
            params(CLIP | {"start": {"source": "run", "recipe": "simclr"}, "freeze": ["text"]}),
            "the recipe clip was edited (start.source: random -> run, start.recipe added, freeze added text)",
        ),
        (params(model=MODEL | {"image_size": 32}), "the model of clip was edited (image_size: 24 -> 32)"),
        (
            params(model={"architecture": "tiny", "widths": [32, 64]}),
            "the model of clip was edited (image_size left out)",
        ),
    ],
)
def test_the_keys_that_differ_are_named(now, phrase):
    assert told(params(), now) == [phrase]


def test_settings_among_flags_are_found():
    flags = [["--name", "longtail", "--subset", json.dumps({"imbalance": size})] for size in (5, 6)]
    assert told({"order": flags[0]}, {"order": flags[1]}) == ["the subset longtail was edited (imbalance: 5 -> 6)"]


def test_lists_are_told_unless_settings_explain_them():
    before, now = ({"seeds": list(range(n)), "study": json.dumps({"seeds": 2, "arms": n})} for n in (2, 3))
    assert told(before, before | {"seeds": [0, 1, 2]}) == ["seeds changed (added 2)"]
    assert told(before, now, {"study": "bias"}) == ["the study bias was edited (arms: 2 -> 3)"]


def test_a_list_that_repeats_its_words_is_told_where_no_other_says_more():
    before, now = ({"arms": ["a", "b"] * n, "seeds": sorted([*range(n)] * 2)} for n in (2, 4))
    assert told(before, now) == ["seeds changed (added 2 3)"]
    assert told(before, before | {"arms": now["arms"]}) == ["arms changed (the same words, other times each)"]


def test_settings_of_which_only_the_order_changed_say_so():
    turned = params(dict(reversed(CLIP.items())))
    assert told(params(), turned) == ["the recipe clip was edited (keys in another order)"]


def test_much_is_cut_short():
    before, now = ({"uids": [f"{letter}{n}" for n in range(9)]} for letter in "ab")
    assert told(before, now) == ["uids changed (added b0 b1 b2 b3 and 5 more, left out a0 a1 a2 a3 and 5 more)"]


def test_what_cannot_be_told_is_not_made_up():
    assert told(params(), params()) == ["its settings changed"]
    assert told({"threads": 3}, {"threads": "many"}) == ["threads changed (new)"]
