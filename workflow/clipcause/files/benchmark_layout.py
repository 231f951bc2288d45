"""The folder layout of CLIP-benchmark's webdataset test sets, written and read.

DIR/classnames.txt                           one class name per line; the line number is the class
DIR/zeroshot_classification_templates.txt    one prompt per line, `{c}` stands for the class name
DIR/dataset_type.txt                         "classification" or "retrieval"
DIR/test/nshards.txt, DIR/test/0.tar, ...    members `s0000000.jpg` + `s0000000.cls` (or `.txt`: captions, one a line)
DIR/truth.csv                                ours, optional: `key` (s0000000) and what else is known of samples
"""

import string
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clipcause.class_names import told_apart
from clipcause.errors import UserError
from clipcause.files.outputs import whole
from clipcause.files.tarshards import write_shard

CLASSIFICATION, RETRIEVAL = "classification", "retrieval"
KIND, CLASSNAMES, TEMPLATES = "dataset_type.txt", "classnames.txt", "zeroshot_classification_templates.txt"
NSHARDS, TRUTH = "nshards.txt", "truth.csv"


@dataclass(frozen=True)
class TestSetFolder:
    """What a test-set folder says of itself; a retrieval set has no class names and no templates.

    Classes of one name are told apart by their number: the second `missile` is `missile (744)`.
    """

    __test__ = False  # its name begins with Test; pytest must not collect it

    kind: str
    classnames: list[str]
    templates: list[str]
    shards: list[Path]


def write_testset(
    folder: str | Path,
    samples: Iterable[tuple[bytes, int | list[str]]],
    classnames: list[str] | None = None,
    templates: list[str] | None = None,
) -> None:
    """Write a whole test-set folder in one shard; `samples` yields (JPEG bytes, class index or captions).

    With `classnames` and `templates` it is a classification set, without both a retrieval set.
    """
    retrieval = classnames is None

    def members():
        for number, (image, target) in enumerate(samples):
            key = f"s{number:07d}"
            yield f"{key}.jpg", image
            yield (f"{key}.txt", "\n".join(target).encode()) if retrieval else (f"{key}.cls", str(target).encode())

    with whole(folder) as temporary:
        (temporary / "test").mkdir(parents=True)
        write_shard(temporary / "test" / "0.tar", members())
        (temporary / "test" / NSHARDS).write_text("1\n")
        (temporary / KIND).write_text(f"{RETRIEVAL if retrieval else CLASSIFICATION}\n")
        if not retrieval:
            (temporary / CLASSNAMES).write_text("".join(f"{name}\n" for name in classnames))
            (temporary / TEMPLATES).write_text("".join(f"{t}\n" for t in templates))


def read_testset(folder: str | Path) -> TestSetFolder:
    """Read what a test-set folder says of itself. Raises UserError naming the file that is missing."""
    folder = Path(folder)
    kind = _lines(folder, KIND)[0] if (folder / KIND).exists() else CLASSIFICATION
    if kind not in (CLASSIFICATION, RETRIEVAL):
        raise UserError(f"{folder}: {KIND} says {kind!r}; it can be {CLASSIFICATION} or {RETRIEVAL}")
    shards = [folder / "test" / f"{shard}.tar" for shard in range(shard_count(folder))]
    if kind == RETRIEVAL:
        return TestSetFolder(kind, [], [], shards)
    classnames, templates = told_apart(_lines(folder, CLASSNAMES)), _lines(folder, TEMPLATES)
    for template in templates:
        if _fields(template) != ["c"]:
            raise UserError(f"{folder}: the template {template!r} does not hold {{c}} once, for the class name")
    return TestSetFolder(kind, classnames, templates, shards)


def shard_count(folder: Path) -> int:
    """How many shards a test-set folder says it has. Raises UserError for what is no number."""
    count = _lines(folder, f"test/{NSHARDS}")[0]
    if not count.isdecimal() or int(count) < 1:
        raise UserError(f"{folder}: test/{NSHARDS} says {count!r}; it holds the number of shards, 1 or more")
    return int(count)


def _lines(folder: Path, name: str) -> list[str]:
    """The lines of a file, none of them empty."""
    try:
        read = (folder / name).read_text(encoding="utf-8-sig").rstrip().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{folder}: not a test set in CLIP-benchmark's layout, {name} cannot be read as UTF-8 text ({error})"
        ) from error
    if not read or not all(line.strip() for line in read):
        raise UserError(f"{folder}: {name} is empty or has an empty line; each line counts")
    return [line.strip() for line in read]


def _fields(template: str) -> list[str] | None:
    """The names that a template has in braces, None if these do not match."""
    try:
        return [field for _, field, _, _ in string.Formatter().parse(template) if field is not None]
    except ValueError:
        return None
