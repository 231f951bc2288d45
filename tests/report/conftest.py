"""Result folders for the report's tests."""

from collections.abc import Callable

import pytest
from made_results import WORDS, Made, make_results


@pytest.fixture
def results(tmp_path) -> Callable[..., Made]:
    """A function (word=replacement, ...) -> Made."""

    def make(**replaced: str) -> Made:
        return make_results(tmp_path / "results", WORDS | replaced)

    return make
