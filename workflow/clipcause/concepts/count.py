"""Count, in captions, the concepts of a vocabulary; and list which caption mentions which."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.concepts.captions import READER_MB, CaptionReader, Captions
from clipcause.concepts.frequency import Counting, Frequency, Totals
from clipcause.concepts.lemmatizers import LEMMATIZERS
from clipcause.concepts.matcher import Found, Matcher
from clipcause.concepts.rules import MATCH_RULES
from clipcause.concepts.vocabulary import Concept, read_vocabulary
from clipcause.concepts.words import WordCounts
from clipcause.database import connect
from clipcause.files.outputs import settings_digest, whole
from clipcause.job.command import log
from clipcause.job.progress import Progress

SAMPLE = 20_000  # captions from which the words' frequencies are estimated
PYTHON_MB = 600  # of a job's memory: libraries, and chunks on their way
MATCHES = pa.schema([("uid", pa.string()), ("concept", pa.string())])


@dataclass(frozen=True)
class Search:
    """What to look for, and how: a vocabulary, further exclusions, the rule, its lemmatiser and WordNet's folder."""

    vocabulary: str | Path
    exclude: str | Path | None
    match: str
    lemmatizer: str | None = None
    wordnet: Path | None = None


@dataclass(frozen=True)
class Means:
    """What a job may use: threads, memory in MB, and a folder for what exceeds it."""

    threads: int = 1
    memory_mb: int = 2000
    temporary: Path | None = None


def count_concepts(
    captions: Captions, search: Search, output: str | Path, words: str | Path | None = None, means: Means = Means()
) -> Frequency:
    """Count the captions that mention each concept and write `output` as `Frequency.write` says.

    A caption counts once per concept. With a label column the samples of each label, and those whose caption
    mentions it, are counted too. `words` is written with how often each word occurs, as the rule cuts captions.

    Raises UserError for captions or a vocabulary that cannot be read, naming file and column.
    """
    concepts = read_vocabulary(search.vocabulary, search.exclude)
    number = {concept.id: place for place, concept in enumerate(concepts)}
    counts = {name: np.zeros(len(concepts), np.int64) for name in ("captions", "with_others", "labelled", "agreeing")}
    totals, gathered = Totals(), WordCounts(_connect(means, databases=2)) if words else None
    for rows, (at, concept, of_words) in _searched(captions, concepts, search, means, words is not None):
        per_caption = np.bincount(at, minlength=len(rows))
        counts["captions"] += np.bincount(concept, minlength=len(concepts))
        counts["with_others"] += np.bincount(concept[per_caption[at] > 1], minlength=len(concepts))
        if captions.label:
            label = np.array([number.get(each, -1) for each in rows["label"].to_pylist()])
            counts["labelled"] += np.bincount(label[label >= 0], minlength=len(concepts))
            counts["agreeing"] += np.bincount(concept[label[at] == concept], minlength=len(concepts))
        totals += Totals(len(rows), rows["caption"].null_count, int((per_caption > 0).sum()))
        if gathered:
            gathered.add(of_words)
    frequency = Frequency(
        Counting(search.match, search.lemmatizer, _digest(concepts)),
        totals,
        captions.label is not None,
        tuple(concept.id for concept in concepts),
        tuple(concept.name for concept in concepts),
        **counts,
    )
    frequency.write(output)
    if gathered:
        gathered.write(words)
    log.info(
        "%s of %s captions mention a concept (%s are NULL); %s of %s concepts occur",
        *(f"{each:,}" for each in (totals.matched, totals.captions, totals.null)),
        *(f"{each:,}" for each in ((frequency.captions > 0).sum(), len(concepts))),
    )
    return frequency


def list_matches(captions: Captions, search: Search, output: str | Path, means: Means = Means()) -> None:
    """Write which caption mentions which concept: uid, concept, in the order of the captions, then of concepts.

    A caption with several concepts has a row for each, one without has none.
    """
    concepts = read_vocabulary(search.vocabulary, search.exclude)
    names = pa.array([concept.id for concept in concepts], pa.string())
    listed = 0
    with whole(output) as temporary, pq.ParquetWriter(temporary, MATCHES) as writer:
        for rows, (at, concept, _) in _searched(captions, concepts, search, means, words=False):
            order = np.lexsort((concept, at))
            pairs = [rows["uid"].take(pa.array(at[order])), names.take(pa.array(concept[order]))]
            writer.write_table(pa.table(pairs, schema=MATCHES))
            listed += len(order)
    log.info("%s matches", f"{listed:,}")


def _searched(
    captions: Captions, concepts: list[Concept], search: Search, means: Means, words: bool
) -> Iterator[tuple[pa.RecordBatch, Found]]:
    """The captions chunk by chunk, in order, with what is found in them; as many at a time as there are threads."""
    reader = CaptionReader(captions)
    lemmatizer = LEMMATIZERS[search.lemmatizer](search.wordnet) if search.lemmatizer else None
    chunks = reader.chunks()
    first = next(chunks, None)
    if first is None:
        return
    every = pa.array(np.arange(0, len(first), -(-len(first) // SAMPLE)))
    database = _connect(means, databases=2 if words else 1)
    matcher = Matcher(database, concepts, MATCH_RULES[search.match](lemmatizer), first["caption"].take(every))

    def look(rows: pa.RecordBatch) -> tuple[pa.RecordBatch, Found]:
        return rows, matcher.find(rows["caption"], words)

    progress, done = Progress("captions", reader.total, "captions"), 0
    with ThreadPoolExecutor(means.threads) as pool:
        waiting: deque[Future] = deque([pool.submit(look, first)])
        while waiting:
            while len(waiting) < means.threads + 2 and (rows := next(chunks, None)) is not None:
                waiting.append(pool.submit(look, rows))
            rows, found = waiting.popleft().result()
            yield rows, found
            done += len(rows)
            progress.update(done)


def _connect(means: Means, databases: int) -> duckdb.DuckDBPyConnection:
    """One of so many databases that share a job's memory.

    Its queries run on the thread that asks: each thread of a job works on a chunk of its own.
    """
    memory_mb = (means.memory_mb - PYTHON_MB - READER_MB) // databases
    return connect(threads=1, memory_mb=max(memory_mb, 200), spill=means.temporary)


def _digest(concepts: list[Concept]) -> str:
    return settings_digest([[each.id, each.synonyms, each.excluded] for each in sorted(concepts, key=lambda c: c.id)])
