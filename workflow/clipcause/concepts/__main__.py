"""`python -m clipcause.concepts`: count, match, merge, wordnet, figures."""

import argparse
import os
import sys
from pathlib import Path

from clipcause.errors import UserError
from clipcause.job.arguments import part_of
from clipcause.job.command import new_parser, run


def count(given: argparse.Namespace) -> None:
    from clipcause.concepts.card import write_card
    from clipcause.concepts.count import count_concepts

    frequency = count_concepts(_captions(given), _search(given), given.output, given.words, _means(given))
    if given.card:
        write_card(frequency, given.card)


def match(given: argparse.Namespace) -> None:
    from clipcause.concepts.count import list_matches

    list_matches(_captions(given), _search(given), given.output, _means(given))


def merge(given: argparse.Namespace) -> None:
    from clipcause.concepts.card import write_card
    from clipcause.concepts.frequency import merged
    from clipcause.concepts.words import merge_words
    from clipcause.database import connect

    if bool(given.words) != bool(given.words_output):
        raise UserError("--words and --words-output go together; give both or none")
    frequency = merged(given.frequencies)
    frequency.write(given.output)
    if given.card:
        write_card(frequency, given.card)
    if given.words:
        merge_words(connect(memory_mb=given.memory_mb, spill=given.temporary), given.words, given.words_output)


def wordnet(given: argparse.Namespace) -> None:
    from clipcause.concepts.lemmatizers.fetch import fetch_wordnet

    fetch_wordnet(given.url, given.output)


def figures(given: argparse.Namespace) -> None:
    from clipcause.concepts.figures import draw_figures

    if len(given.names) != len(given.frequencies):
        raise UserError(
            f"--names: {len(given.names)} names for {len(given.frequencies)} frequencies; give one for each"
        )
    draw_figures(given.vocabulary, dict(zip(given.names, given.frequencies, strict=True)), given.output)


def _captions(given: argparse.Namespace):
    from clipcause.concepts.captions import Captions

    uid, label = getattr(given, "uid_column", None), getattr(given, "label_column", None)
    part, parts = given.part
    return Captions(given.captions, given.caption_column, uid, label, part - 1, parts)


def _search(given: argparse.Namespace):
    from clipcause.concepts.count import Search

    lemmatizer = given.lemmatizer if given.match == "lemma" else None
    return Search(given.vocabulary, given.exclude, given.match, lemmatizer, given.wordnet)


def _means(given: argparse.Namespace):
    from clipcause.concepts.count import Means

    return Means(given.threads, given.memory_mb, given.temporary)


def _above_zero(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _add_search(command: argparse.ArgumentParser) -> None:
    command.add_argument("--captions", required=True, help="parquet, CSV, TSV or JSONL: a file, a glob or a URL")
    command.add_argument("--caption-column", required=True)
    command.add_argument("--part", type=part_of, default=(1, 1), metavar="K/N", help="only the K-th of N runs of rows")
    command.add_argument(
        "--vocabulary",
        required=True,
        help="table of concepts, classnames.txt or open_clip:imagenet",
    )
    command.add_argument("--exclude", help="table of words that rule a match out: concept, excluded")
    command.add_argument("--match", required=True, choices=("lemma", "phrase", "phrase-cased", "substring"))
    command.add_argument("--lemmatizer", choices=("plurals", "wordnet"), default="plurals", help="of the rule lemma")
    command.add_argument("--wordnet", type=Path, help="folder with index.noun and noun.exc; else where it is installed")


def _add_means(command: argparse.ArgumentParser) -> None:
    command.add_argument("--threads", type=_above_zero, default=len(os.sched_getaffinity(0)))
    command.add_argument("--memory-mb", type=_above_zero, default=2000, help="memory to stay within")
    command.add_argument("--temporary", type=Path, help="folder for what exceeds the memory")


def main() -> int:
    parser, add = new_parser("concepts", "How often captions mention the concepts of a vocabulary.")

    counting = add("count", count, "count the captions that mention each concept")
    _add_search(counting)
    counting.add_argument("--label-column", help="column of the samples' own labels, to compare with")
    counting.add_argument("--output", type=Path, required=True, help="frequency.parquet to write")
    counting.add_argument("--words", type=Path, help="parquet of word frequencies to write")
    counting.add_argument("--card", type=Path, help="JSON summary to write")
    _add_means(counting)

    matching = add("match", match, "list which caption mentions which concept")
    _add_search(matching)
    matching.add_argument("--uid-column", required=True, help="column that identifies a caption")
    matching.add_argument("--output", type=Path, required=True, help="parquet of uid and concept to write")
    _add_means(matching)

    merging = add("merge", merge, "add up the frequencies of parts")
    merging.add_argument("--frequencies", nargs="+", type=Path, required=True, help="frequency.parquet of each part")
    merging.add_argument("--output", type=Path, required=True, help="frequency.parquet to write")
    merging.add_argument("--words", nargs="+", type=Path, help="word frequencies of each part")
    merging.add_argument("--words-output", type=Path, help="parquet of word frequencies to write")
    merging.add_argument("--card", type=Path, help="JSON summary to write")
    _add_means(merging)

    fetching = add("wordnet", wordnet, "bring WordNet's nouns here: from where they are installed, else from a URL")
    fetching.add_argument("--url", required=True, help="zip with wordnet/index.noun and wordnet/noun.exc")
    fetching.add_argument("--output", type=Path, required=True, help="folder to write")

    drawing = add("figures", figures, "draw rank against frequency, pool against pool, and the ends of the ranking")
    drawing.add_argument("--vocabulary", required=True, help="name of the vocabulary")
    drawing.add_argument("--names", nargs="+", required=True, help="what was counted, for each frequency.parquet")
    drawing.add_argument("--frequencies", nargs="+", type=Path, required=True)
    drawing.add_argument("--output", type=Path, required=True, help="folder to write, replaced as a whole")

    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
