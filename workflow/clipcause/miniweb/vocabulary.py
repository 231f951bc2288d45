"""The words to look for in captions, as vocabulary tables."""

import csv
from collections.abc import Iterable
from pathlib import Path

from clipcause.files.outputs import whole
from clipcause.miniweb.words import Concept


def write_vocabulary(path: str | Path, concepts: Iterable[Concept]) -> None:
    """Write a CSV: concept, synonyms (with the name itself and plurals), excluded, definition; lists split by `|`."""
    with whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("concept", "synonyms", "excluded", "definition"))
        for concept in concepts:
            rows.writerow((concept.name, "|".join(concept.names), "|".join(concept.excluded), concept.definition))
