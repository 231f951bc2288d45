"""The folder layout of CLIP-benchmark's webdataset test sets, written and read.

DIR/classnames.txt                           one class name per line; the line number is the class
DIR/zeroshot_classification_templates.txt    one prompt per line, `{c}` stands for the class name
DIR/dataset_type.txt                         "classification" or "retrieval"
DIR/test/nshards.txt, DIR/test/0.tar, ...    members `s0000000.jpg` + `s0000000.cls` (or `.txt`: captions, one a line)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clipcause.errors import UserError
from clipcause.outputs import whole
from clipcause.tarshards import write_shard

CLASSIFICATION, RETRIEVAL = "classification", "retrieval"


@dataclass(frozen=True)
class TestSetFolder:
    """What a test-set folder says of itself; a retrieval set has no class names and no templates."""

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
        (temporary / "test" / "nshards.txt").write_text("1\n")
        (temporary / "dataset_type.txt").write_text(f"{RETRIEVAL if retrieval else CLASSIFICATION}\n")
        if not retrieval:
            (temporary / "classnames.txt").write_text("".join(f"{name}\n" for name in classnames))
            (temporary / "zeroshot_classification_templates.txt").write_text("".join(f"{t}\n" for t in templates))


def read_testset(folder: str | Path) -> TestSetFolder:
    """Read what a test-set folder says of itself. Raises UserError naming the file that is missing."""
    folder = Path(folder)

    def lines(name: str) -> list[str]:
        try:
            return [line for line in (folder / name).read_text(encoding="utf-8").splitlines() if line.strip()]
        except OSError as error:
            raise UserError(
                f"{folder}: not a test set in CLIP-benchmark's layout, {name} cannot be read ({error.strerror})"
            ) from error

    kind = lines("dataset_type.txt")[0] if (folder / "dataset_type.txt").exists() else CLASSIFICATION
    count = int(lines("test/nshards.txt")[0])
    retrieval = kind == RETRIEVAL
    return TestSetFolder(
        kind=kind,
        classnames=[] if retrieval else lines("classnames.txt"),
        templates=[] if retrieval else lines("zeroshot_classification_templates.txt"),
        shards=[folder / "test" / f"{shard}.tar" for shard in range(count)],
    )
