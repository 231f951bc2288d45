"""Arguments in a form of their own: those that name what they give, and parts."""

import argparse
from pathlib import Path

import pytest

from clipcause.job.arguments import named, part_of, together


def test_the_name_ends_at_the_first_equals_sign():
    assert named()("photo=results/a=b") == ("photo", Path("results/a=b"))
    assert named("A=B", str)("objects/0=x") == ("objects/0", "x")


@pytest.mark.parametrize("text", ["photo", "=results", "photo=", ""])
def test_what_has_another_form_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="is not NAME=FOLDER"):
        named("NAME=FOLDER")(text)


def test_several_of_one_name_stay_in_order():
    assert together([("a", 1), ("b", 2), ("a", 0)]) == {"a": [1, 0], "b": [2]}


def test_a_part_is_two_numbers():
    assert [part_of(text) for text in ("1/1", "2/8")] == [(1, 1), (2, 8)]
