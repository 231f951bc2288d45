"""What the tests of concepts share: where WordNet is, the noun lemmatiser, counting in one line."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clipcause.concepts.captions import Captions
from clipcause.concepts.count import Means, Search, count_concepts
from clipcause.concepts.frequency import Frequency
from clipcause.concepts.lemmatizers.wordnet import WordNet, find_wordnet
from clipcause.errors import UserError


@pytest.fixture(scope="session")
def wordnet_folder() -> Path:
    """The folder of WordNet's nouns; continuous integration must have them, elsewhere a test skips loudly."""
    try:
        return find_wordnet()
    except UserError as error:
        if os.environ.get("CI"):
            pytest.fail(f"WordNet must be tested here: apt-get install wordnet-base ({error})")
        pytest.skip("WORDNET NOT TESTED: it is not installed; apt-get install wordnet-base")


@pytest.fixture(scope="session")
def wordnet(wordnet_folder) -> WordNet:
    return WordNet(wordnet_folder)


@pytest.fixture
def count(tmp_path):
    """A function (captions, vocabulary as CSV text) -> Frequency, by the rule `phrase` unless another is named.

    Further columns of the captions' table are keywords; words, threads, label and part are settings.
    """

    def run(
        captions: list[str | None],
        vocabulary: str,
        rule: str = "phrase",
        output: str = "frequency.parquet",
        words: Path | None = None,
        threads: int = 1,
        label: str | None = None,
        part: tuple[int, int] = (0, 1),
        **columns: list,
    ) -> Frequency:
        pq.write_table(pa.table({"caption": pa.array(captions, pa.string()), **columns}), tmp_path / "captions.parquet")
        (tmp_path / "vocabulary.csv").write_text(vocabulary, encoding="utf-8")
        source = Captions(str(tmp_path / "captions.parquet"), "caption", None, label, *part)
        search = Search(tmp_path / "vocabulary.csv", None, rule, "plurals" if rule == "lemma" else None)
        return count_concepts(source, search, tmp_path / output, words, Means(threads))

    return run
