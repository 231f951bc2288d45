"""A subset to build, and the files that it is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Order:
    """A subset to build: its name, resolved settings and draw, and the files that it is made from.

    `settings` hold `method`, `from`, `where` and the method's own. `sources` are what it is taken from by name, `pools`
    the indexes of all pools behind them; `size_of` is a manifest whose size it takes, where it is a control. `matches`
    say of each source which of its captions mention which concepts. `embeddings` are folders by the part they play:
    `images`, `captions/{source}`, `definitions`, `reference`, `testsets/{testset}`.
    """

    name: str
    settings: dict
    draw: int
    sources: Mapping[str, Path]
    pools: Mapping[str, Path]
    vocabulary: Path | None = None
    frequency: Path | None = None
    size_of: Path | None = None
    matches: tuple[Path, ...] = ()
    embeddings: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
