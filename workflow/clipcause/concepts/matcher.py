"""Match a vocabulary against chunks of captions, in DuckDB.

A caption is looked at by its words, and of the words that a pattern asks for at the rarest alone, its anchor:

    words of all captions -> hits (caption, anchor) -> patterns of one word are found
                                                    -> in these captions the others are looked for -> found
    found minus vetoed

Which words are rare is read off a sample; it decides the speed, not the result.
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clipcause.concepts.patterns import ConceptPattern, concept_patterns
from clipcause.concepts.rules import MatchRule
from clipcause.concepts.rules.rule import over
from clipcause.concepts.vocabulary import Concept

FORMS = pa.schema([("word", pa.string()), ("anchor", pa.int32())])
SIMPLE = pa.schema([("anchor", pa.int32()), ("concept", pa.int32()), ("veto", pa.bool_())])
WORDLESS = pa.schema([("concept", pa.int32()), ("veto", pa.bool_()), ("needle", pa.string())])
COMPOSED = pa.schema(
    [
        ("anchor", pa.int32()),
        ("concept", pa.int32()),
        ("veto", pa.bool_()),
        ("clue", pa.string()),  # text that no match is without, quick to look for
        ("others", pa.list_(pa.list_(pa.string()))),  # one form of each of these words must be there
        ("needle", pa.string()),  # and this text
    ]
)

WORDS = "SELECT number, unnest(string_split(words, ' ')) AS word FROM chunk"
"""SQL of the words of a chunk, a row per occurrence: number, word (empty between two spaces)."""

COUNTED_WORDS = f"SELECT word, count(*) AS occurrences FROM ({WORDS}) WHERE word <> '' GROUP BY word"

ALL_OTHERS = (
    "list_bool_and(list_transform(others, lambda forms: "
    "list_bool_or(list_transform(forms, lambda form: contains(spaced, form)))))"
)
"""SQL: whether a form of every other word stands among the words of a caption."""


class Found(NamedTuple):
    """Pairs of a caption (its place in the chunk) and a concept (its place in the vocabulary): two arrays [M].

    `words` says how often each word occurs in the chunk, as the rule cuts it (word, occurrences); None if not asked.
    """

    captions: np.ndarray
    concepts: np.ndarray
    words: pa.Table | None


class Matcher:
    """Finds the concepts of a vocabulary in captions by one rule."""

    def __init__(
        self, database: duckdb.DuckDBPyConnection, concepts: Sequence[Concept], rule: MatchRule, sample: pa.StringArray
    ) -> None:
        """`sample` holds some of the captions."""
        self._database, self._rule = database, rule
        patterns = concept_patterns(concepts, rule, self._cut)
        worded = [each for each in patterns if each.pattern.words]
        wordless = [(each.concept, each.veto, each.pattern.needle) for each in patterns if not each.pattern.words]
        forms = {word: sorted(rule.forms(word)) for word in sorted({w for each in worded for w in each.pattern.words})}
        anchors = self._rarest(worded, forms, sample)
        numbers = {anchor: number for number, anchor in enumerate(dict.fromkeys(anchors))}
        simple = [
            (numbers[anchor], each.concept, each.veto)
            for each, anchor in zip(worded, anchors, strict=True)
            if each.simple
        ]
        composed = [
            (numbers[anchor], each.concept, each.veto, *self._others(each, anchor, forms), each.pattern.needle)
            for each, anchor in zip(worded, anchors, strict=True)
            if not each.simple
        ]
        self._table("forms", [(form, number) for anchor, number in numbers.items() for form in forms[anchor]], FORMS)
        self._table("simple", simple, SIMPLE)
        self._table("composed", composed, COMPOSED)
        self._table("wordless", wordless, WORDLESS)
        self._found = self._query(bool(composed), bool(wordless), any(each.veto for each in patterns))

    def find(self, captions: pa.StringArray, words: bool = False) -> Found:
        """Which captions mention which concepts; safe to call from several threads at once.

        Each pair stands once, in no defined order; a caption that is NULL mentions nothing.
        """
        with self._chunk(captions) as cursor:
            cursor.execute(f"CREATE TEMP TABLE hits AS SELECT number, anchor FROM ({WORDS}) JOIN forms USING (word)")
            pairs = cursor.sql(self._found).to_arrow_table()
            counted = cursor.sql(COUNTED_WORDS).to_arrow_table() if words else None
            return Found(pairs["number"].to_numpy(), pairs["concept"].to_numpy(), counted)

    def _query(self, composed: bool, wordless: bool, vetoes: bool) -> str:
        """SQL of what is found in a chunk whose hits are known."""
        searched = f"contains({over(self._rule.searched, 'caption')}, needle)"
        matches = "SELECT number, concept, veto FROM hits JOIN simple USING (anchor)"
        if composed:
            matches += f"""
                UNION ALL SELECT number, concept, veto FROM (
                    SELECT *, ' ' || words || ' ' AS spaced
                    FROM hits JOIN composed USING (anchor) JOIN chunk USING (number) WHERE contains(words, clue)
                ) WHERE CASE WHEN needle IS NULL THEN {ALL_OTHERS} ELSE {searched} END"""
        if wordless:
            matches += f"""
                UNION ALL SELECT number, concept, veto FROM chunk, wordless
                WHERE caption IS NOT NULL AND {searched}"""
        if not vetoes:
            return f"SELECT DISTINCT number, concept FROM ({matches})"
        return f"SELECT number, concept FROM ({matches}) GROUP BY number, concept HAVING NOT bool_or(veto)"

    def _cut(self, phrases: list[str]) -> list[tuple[list[str], str]]:
        """The words of phrases, cut the way captions are (empty between two separators), and their needles."""
        with self._chunk(pa.array(phrases, pa.string())) as cursor:
            cut = cursor.sql(
                f"SELECT string_split(words, ' ') AS words, "
                f"{self._rule.needle('caption')} AS needle FROM chunk ORDER BY number"
            ).to_arrow_table()
            return list(zip(cut["words"].to_pylist(), cut["needle"].to_pylist(), strict=True))

    def _rarest(
        self, patterns: Iterable[ConceptPattern], forms: dict[str, list[str]], sample: pa.StringArray
    ) -> list[str]:
        """The anchor of each pattern: the word of which the sample holds the fewest forms, of several the longest."""
        with self._chunk(sample) as cursor:
            counted = cursor.sql(COUNTED_WORDS).to_arrow_table()
        seen = dict(zip(counted["word"].to_pylist(), counted["occurrences"].to_pylist(), strict=True))
        frequency = {word: sum(seen.get(form, 0) for form in of_word) for word, of_word in forms.items()}
        return [min(each.pattern.words, key=lambda word: (frequency[word], -len(word), word)) for each in patterns]

    def _others(self, pattern: ConceptPattern, anchor: str, forms: dict[str, list[str]]) -> tuple[str, list[list[str]]]:
        """The clue of a pattern, and the words besides its anchor, each as its forms between spaces.

        With a needle the clue is its longest run of words, and the needle tells the rest; without, it is the longest
        text that all forms of another word share.
        """
        if pattern.pattern.needle is not None:
            return pattern.run, []
        others = [[f" {form} " for form in forms[word]] for word in sorted(pattern.pattern.words) if word != anchor]
        return max((_shared_start(of_word) for of_word in others), key=len, default=""), others

    def _table(self, title: str, rows: list[tuple], schema: pa.Schema) -> None:
        columns = list(zip(*rows, strict=True)) or [[] for _ in schema]
        arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        with self._database.cursor() as cursor:
            cursor.register("rows", pa.table(arrays, schema=schema))
            cursor.execute(f"CREATE TABLE {title} AS FROM rows")

    def _chunk(self, captions: pa.StringArray) -> duckdb.DuckDBPyConnection:
        """A connection with the table `chunk`: number, caption, and words, which spaces alone separate."""
        cursor = self._database.cursor()
        words = byte_by_byte(captions, self._rule.ascii_words)
        if self._rule.other_words is not None:
            other = pc.invert(pc.string_is_ascii(captions))
            if pc.any(other).as_py():
                cursor.register("others", pa.table({"caption": captions.filter(other)}))
                cut = cursor.sql(f"SELECT {over(self._rule.other_words, 'caption')} AS words FROM others")
                words = pc.replace_with_mask(words, other, cut.to_arrow_table()["words"].combine_chunks())
        numbers = pa.array(np.arange(len(captions), dtype=np.int32))
        cursor.register("chunk", pa.table({"number": numbers, "caption": captions, "words": words}))
        return cursor


def _shared_start(forms: list[str]) -> str:
    """What all forms begin with: ` dog `, ` dogs ` -> `dog`."""
    first, last = min(forms).strip(), max(forms).strip()
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))


def byte_by_byte(texts: pa.StringArray, table: bytes) -> pa.StringArray:
    """The texts with every byte put through a table of 256; where a text is NULL the result is empty."""
    _, offsets, content = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    held = memoryview(content)[ends[0] : ends[-1]].tobytes() if content is not None else b""
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends - ends[0]), pa.py_buffer(held.translate(table)))
