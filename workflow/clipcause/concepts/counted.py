"""What is counted, by its path below results/ and in words: `pools/{pool}` or `subsets/{subset}/draw{draw}`."""

from pathlib import Path

from clipcause.errors import UserError


def counted_name(file: Path) -> tuple[str, str]:
    """Vocabulary and what is counted, of a file of results/concepts: `objects`, `subsets/longtail/draw0`.

    Raises UserError if it is none.
    """
    parts = file.parts
    for kind, length in (("pools", 2), ("subsets", 3)):
        if len(parts) > length + 1 and parts[-length - 1] == kind:
            return parts[-length - 2], "/".join(parts[-length - 1 : -1])
    raise UserError(
        f"{file}: not a file of a count; it lies in VOCABULARY/pools/POOL or VOCABULARY/subsets/SUBSET/DRAW"
    )


def in_words(counted: str) -> str:
    """`pools/diverse` -> `pool diverse`, `subsets/longtail/draw0` -> `subset longtail, draw 0`; others as they are."""
    match counted.split("/"):
        case ["pools", pool]:
            return f"pool {pool}"
        case ["subsets", subset, draw]:
            return f"subset {subset}, draw {draw.removeprefix('draw')}"
    return counted
