"""Classes of one name: told apart by their number, and spoken of by their name.

Two pairs of ImageNet's classes have one name each in open_clip and in CLIP-benchmark's test sets, `missile` (657, 744)
and `sunglasses` (836, 837).
"""

from collections.abc import Sequence


def told_apart(names: Sequence[str]) -> list[str]:
    """The names, of which a repeated one bears its number, from 0: the second `missile` becomes `missile (744)`."""
    seen: set[str] = set()
    apart = []
    for number, name in enumerate(names):
        apart.append(f"{name} ({number})" if name in seen else name)
        seen.add(name)
    return apart


def spoken(apart: Sequence[str]) -> list[str]:
    """The names as they were before `told_apart`."""
    seen: set[str] = set()
    names = []
    for number, name in enumerate(apart):
        bare = name.removesuffix(f" ({number})")
        names.append(bare if bare in seen else name)
        seen.add(name)
    return names
