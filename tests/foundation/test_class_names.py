"""Classes of one name are told apart, and are spoken of by that name again."""

from hypothesis import given
from hypothesis import strategies as st

from clipcause.class_names import spoken, told_apart


def test_a_repeated_name_bears_its_number():
    assert told_apart(["missile", "cat", "missile", "missile"]) == ["missile", "cat", "missile (2)", "missile (3)"]
    assert spoken(["missile", "cat (1)", "missile (2)"]) == ["missile", "cat (1)", "missile"]


@given(st.lists(st.sampled_from(["a", "b", "c"])))
def test_there_and_back(names):
    apart = told_apart(names)
    assert spoken(apart) == names and len(set(apart)) == len(names)
