"""Small test sets and runs of random weights."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tiny_words import CLASSNAMES, TEMPLATES, WORDS

from clipcause.files.outputs import write_json
from clipcause.files.tarshards import members, write_shard
from clipcause.models.build import build_model, seeded
from clipcause.models.head import CosineHead
from clipcause.models.trained import save_model

TINY = {"architecture": "tiny", "widths": [8, 16], "embed_dim": 12, "text_width": 10, "context_length": 8}


@pytest.fixture
def save_run(tmp_path) -> Callable[..., Path]:
    """A function (name, seed, ...) -> the folder of a run with random weights; supervised if there are classes."""

    def save(name: str, seed: int, image_size: int = 16, classes: list[str] | None = None) -> Path:
        directory = tmp_path / "runs" / name
        directory.mkdir(parents=True)
        with seeded(seed):
            built = build_model(TINY | {"image_size": image_size, "vocabulary_size": 100}, WORDS)
            head = CosineHead(12, len(classes)) if classes else None
        save_model(directory, built, "supervised" if classes else "clip", not classes, head, classes or [])
        return directory

    return save


@pytest.fixture
def make_testset(tmp_path) -> Callable[..., Path]:
    """A function (name, ...) -> the folder of a test set of noisy images whose colour hangs on the class a little.

    With `captions` per image it is a retrieval set.
    """

    def make(name: str, count: int = 30, seed: int = 0, classnames=CLASSNAMES, captions=None) -> Path:
        random = np.random.default_rng(seed)
        directory = tmp_path / "testsets" / name
        images = []
        for number in range(count):
            content = io.BytesIO()
            colour = np.roll([150, 60, 60], number % len(classnames)) + random.integers(0, 50, 3)
            pixels = colour + random.integers(0, 56, (20, 24, 3))
            Image.fromarray(pixels.astype(np.uint8)).save(content, "PNG")
            images.append((f"s{number:07d}.png", content.getvalue()))
        shard = directory / "0.tar"
        write_shard(shard, images)
        rows = [
            {"uid": f"0/{key}", "shard": str(shard), "offset": offset, "size": size}
            | {"label": None if captions else classnames[number % len(classnames)]}
            | {"captions": captions[number] if captions else None}
            for number, (key, offset, size) in enumerate(members(shard))
        ]
        pd.DataFrame(rows).to_parquet(directory / "samples.parquet")
        asked = {"classnames": [], "templates": []} if captions else {"classnames": classnames, "templates": TEMPLATES}
        write_json(directory / "testset.json", {"kind": "retrieval" if captions else "classification"} | asked)
        return directory

    return make
