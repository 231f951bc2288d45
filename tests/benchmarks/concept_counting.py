"""How fast are concepts counted? Against NLTK and pyahocorasick, by rule, by vocabulary and by number of captions.

    pip install -r tests/benchmarks/requirements.txt && python tests/benchmarks/concept_counting.py

It takes about six minutes on two cores and, with `--large` (20 million captions), four more. Ours is
`python -m clipcause.concepts count` with all the cores there are; what it is compared with has as many processes. A
rate is in captions per second without start-up: of ours the slope over the number of captions, reading included;
of the others from when the captions are in memory and all processes have started. Both count the same captions, and
different counts end the benchmark; a missed target does not.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from counting_baselines import AhoCorasickCounter, NltkCounter, measure
from counting_inputs import check_captions, first_captions, make_pieces, write_vocabulary
from printing import Row, per_second, print_table, say
from processes import Took, run

from clipcause.concepts.frequency import read_frequency

PROJECT = Path(__file__).resolve().parents[2]
CORES = len(os.sched_getaffinity(0))
MEMORY_MB = 2000
RULES = ("lemma wordnet", "lemma plurals", "phrase", "substring")
NLTK_SAMPLE = 4000  # captions
LARGE = 10  # times the captions
LAION = {"LAION-400M": 413e6, "LAION-2B": 2.3e9}  # captions
NODE_CORES, CORE_HOUR_USD = 64, 0.04
NLTK_TARGET, AHO_CORASICK_TARGET, MANY_TARGET = 1000, 1, 0.25  # times the rate
OCCURRING = 8000  # of the 50,000 concepts, at least
MANY = {
    "words and nouns": 0,
    "words, frequent pairs of words, and nouns": 12_000,
}  # vocabularies, pairs of words in them


@dataclass(frozen=True)
class Run:
    """A count: captions, what it took, captions of each concept."""

    captions: int
    took: Took
    counts: dict[str, int]


class Bench:
    """The inputs, made or found in a folder, and the command that counts them."""

    def __init__(self, data: Path, folder: Path, captions: int, large: bool, repeat: int) -> None:
        self.imagenet, self.excluded = data / "imagenet-synsets.json", data / "imagenet-excluded-words.csv"
        self.folder, self.repeat = folder, repeat
        real, pieces, size = data / "flickr8k-captions.parquet", LARGE * 5 if large else 10, captions // 5
        say(f"making {pieces * size:,} captions")
        self.files = make_pieces(real, folder, pieces, size)
        made, words = check_captions(self.files, size)
        say(f"{made:,} captions, none of them twice, with {words:,} distinct words")
        self.many = {folder / f"50000-concepts-{pairs}-pairs.json": which for which, pairs in MANY.items()}
        self.entries = {path: write_vocabulary(real, path, MANY[which]) for path, which in self.many.items()}

    def captions(self, pieces: int) -> str:
        """A glob of the first so many of the files, each a fifth of `--captions`."""
        some = self.folder / f"{self.files[0].stem}-to-{pieces}"
        some.mkdir(exist_ok=True)
        for file in self.files[:pieces]:
            if not (some / file.name).exists():
                (some / file.name).hardlink_to(file)
        return f"{some}/*.parquet"

    def count(self, rule: str, captions: str, many: Path | None = None) -> Run:
        """Count captions by a rule of RULES, with ImageNet's 1,000 concepts or with `many`; the fastest run."""
        match, _, lemmatizer = rule.partition(" ")
        output = self.folder / "frequency.parquet"
        command = [sys.executable, "-m", "clipcause.concepts", "count", "--match", match]
        command += ["--lemmatizer", lemmatizer] if lemmatizer else []
        command += ["--captions", captions, "--caption-column", "caption", "--output", str(output)]
        command += ["--vocabulary", str(many or self.imagenet)]
        command += [] if many else ["--exclude", str(self.excluded)]
        command += ["--threads", str(CORES), "--memory-mb", str(MEMORY_MB), "--temporary", str(self.folder)]
        took = min(run(command) for _ in range(self.repeat))
        frequency = read_frequency(output)
        counts = dict(zip(frequency.concepts, frequency.captions.tolist(), strict=True))
        captions_read = frequency.totals.captions
        used = f"{took.seconds:.1f} s, of all cores {took.cpu_seconds:.1f} s, {took.peak_mb:.0f} MB"
        say(f"{rule}, {len(counts):,} concepts, {captions_read:,} captions: {used}")
        return Run(captions_read, took, counts)


def rate(*runs: Run) -> float:
    """Captions per second without start-up: the slope of a line through runs over different numbers of captions."""
    return 1 / np.polyfit([run.captions for run in runs], [run.took.seconds for run in runs], 1)[0]


def by_rule(bench: Bench) -> tuple[list[Row], dict[str, float]]:
    """B. The rate of each rule with 1,000 concepts, and the rows."""
    rates = {rule: rate(*(bench.count(rule, bench.captions(pieces)) for pieces in (1, 5, 10))) for rule in RULES}
    return [Row(f"{rule}, 1,000 concepts", per_second(each)) for rule, each in rates.items()], rates


def against_nltk(bench: Bench, ours: float) -> list[Row]:
    """A. The rule lemma against NLTK; every one of the 1,000 counts is the same."""
    captions, sample = first_captions(bench.files[0], NLTK_SAMPLE), bench.folder / "sample.parquet"
    pq.write_table(pa.table({"caption": captions}), sample)
    counts = bench.count("lemma wordnet", str(sample)).counts
    concepts = list(json.loads(bench.imagenet.read_text(encoding="utf-8")))
    rows = []
    for processes, theirs in _measure(bench, NltkCounter, (bench.imagenet, bench.excluded), captions, concepts, counts):
        rows.append(_against(f"lemma wordnet, 1,000 concepts : NLTK {processes}", ours, theirs, NLTK_TARGET))
    return rows


def against_aho_corasick(bench: Bench) -> list[Row]:
    """E. The rule substring with 50,000 concepts against pyahocorasick; every count is the same."""
    rows = []
    for many, entries in bench.entries.items():
        short, long = (bench.count("substring", bench.captions(pieces), many) for pieces in (1, 5))
        captions = first_captions(bench.files[0], short.captions)
        for processes, theirs in _measure(bench, AhoCorasickCounter, (entries,), captions, entries, short.counts):
            what = f"substring, {_mentions(bench.many[many], short)} : pyahocorasick {processes}"
            rows.append(_against(what, rate(short, long), theirs, AHO_CORASICK_TARGET))
    return rows


def _measure(
    bench: Bench, counter: Callable, settings: tuple, captions: list[str], concepts: list[str], counts: dict[str, int]
) -> Iterator[tuple[str, float]]:
    """How many processes, as text, and their rate; first one, then as many as there are cores."""
    for processes in sorted({1, CORES}):
        runs = [measure(counter, settings, captions, processes) for _ in range(bench.repeat)]
        theirs, found = max(runs, key=lambda run: run[0])
        wrong = [each for each, count in zip(concepts, found.tolist(), strict=True) if counts[each] != count]
        assert not wrong, f"{len(wrong)} counts differ from those of {counter.__name__}: {wrong[:20]}"
        say(f"{counter.__name__}, {processes} processes, {len(captions):,} captions: {theirs:,.0f}/s, same counts")
        yield f"x {processes}", theirs


def _against(what: str, ours: float, theirs: float, target: float) -> Row:
    ratio = ours / theirs
    return Row(what, per_second(ours), per_second(theirs), f"{ratio:.2f}", f">= {target}", ratio >= target)


def many_concepts(bench: Bench, few: float) -> list[Row]:
    """C. 50,000 concepts, of which at least 8,000 occur, against 1,000 of the same rule."""
    rows = []
    for many, which in bench.many.items():
        short, long = (bench.count("lemma wordnet", bench.captions(pieces), many) for pieces in (1, 5))
        assert sum(count > 0 for count in short.counts.values()) >= OCCURRING
        what = f"lemma wordnet, {_mentions(which, short)} : 1,000"
        rows.append(_against(what, rate(short, long), few, MANY_TARGET))
    return rows


def _mentions(which: str, run: Run) -> str:
    occurring = sum(count > 0 for count in run.counts.values())
    each = sum(run.counts.values()) / run.captions
    return f"{len(run.counts):,} concepts: {which} ({occurring:,} occur, {each:.1f} a caption)"


def more_captions(bench: Bench, few: int, more: int) -> list[Row]:
    """D. Ten times the captions: time and peak memory, start-up included."""
    one, ten = (bench.count("lemma wordnet", bench.captions(pieces)) for pieces in (few, more))
    slower, larger = ten.took.seconds / one.took.seconds, ten.took.peak_mb / one.took.peak_mb
    seconds = (f"{each.took.seconds:.1f} s" for each in (ten, one))
    megabytes = (f"{each.took.peak_mb:.0f} MB" for each in (ten, one))
    what, within = f"{ten.captions:,} captions : {one.captions:,}", larger <= 1.2 and ten.took.peak_mb <= MEMORY_MB
    return [
        Row(f"time of {what}", *seconds, f"{slower:.2f}", "<= 11", slower <= 11),
        Row(f"peak memory of {what}", *megabytes, f"{larger:.2f}", "<= 1.2", within),
    ]


def web_scale(captions_per_second: float) -> list[Row]:
    """F. What LAION's pools would take by `lemma wordnet`, on these cores and on a node of 64 like them."""
    rows = []
    for pool, captions in LAION.items():
        hours = captions / captions_per_second / 3600
        minutes, usd = hours * 60 * CORES / NODE_CORES, hours * CORES * CORE_HOUR_USD
        what = f"{pool}, {captions / 1e6:,.0f} million captions"
        rows.append(Row(f"{what}, {CORES} cores", f"{hours:.2f} h"))
        rows.append(Row(f"{what}, {NODE_CORES} cores, {NODE_CORES // CORES} jobs", f"{minutes:.1f} min, {usd:.2f} USD"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--captions", type=int, default=2_000_000, help="a million or more, for good rates")
    parser.add_argument("--large", action="store_true", help="also count ten times as many")
    parser.add_argument("--repeat", type=int, default=1, help="measure all so often and take the fastest")
    parser.add_argument("--folder", type=Path, help="to keep what is made, and to find it again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        data = Path(os.environ.get("CLIPCAUSE_TEST_DATA", PROJECT / "../shared/data")).resolve()
        bench = Bench(data, folder.resolve(), given.captions, given.large, given.repeat)
        rows, rates = by_rule(bench)
        rows += against_nltk(bench, rates["lemma wordnet"])
        rows += many_concepts(bench, rates["lemma wordnet"])
        rows += more_captions(bench, 1, 10)
        rows += more_captions(bench, 5, 5 * LARGE) if given.large else []
        rows += against_aho_corasick(bench)
        rows += web_scale(rates["lemma wordnet"])
    print_table(rows)
    print(
        f"\nOn {CORES} cores. LAION by the rate of `lemma wordnet, 1,000 concepts` above, as if its captions were like "
        f"these and jobs on one node did not slow each other; at {CORE_HOUR_USD} USD per core-hour."
    )


if __name__ == "__main__":
    main()
