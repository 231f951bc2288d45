"""A run's features on every test set, in one safetensors file: all that evaluation needs of a model.

{testset}/images             fp32 [n, d]  as the image tower gives them, not normalised
{testset}/texts/{text set}   fp32 [g, d]  unit rows, one per group of prompts (see texts.py)
{testset}/captions           fp32 [m, d]  of a retrieval set, as the text tower gives them
{testset}/caption_images     int64 [m]    the number of the image that each caption belongs to
head/rows                    fp32 [k, d]  the classification head of a supervised model
metadata "about"             JSON: objective, logit scale and bias, scale and classes of the head, digests of test sets
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from clipcause.errors import UserError
from clipcause.evaluation.testset import TestSet
from clipcause.files.tensors import whole_tensors


@dataclass(frozen=True)
class Head:
    """A classification head: logit_c = scale * cos(feature, row c), rows [k, d] and their classes in order."""

    rows: np.ndarray
    scale: float
    classes: list[str]

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The number of each class's row."""
        return {name: row for row, name in enumerate(self.classes)}

    def unit_rows(self, classes: Sequence[str]) -> np.ndarray:
        """The rows of some of its classes at unit length, [len(classes), d]."""
        return unit(self.rows[[self.row_of[name] for name in classes]])


@dataclass(frozen=True)
class TestSetFeatures:
    """What one model makes of one test set of n images.

    images          [n, d]  not normalised
    texts           name of a text set -> [g, d], unit rows; none if the model has no trained text tower
    captions        [m, d]  not normalised, of a retrieval set, None elsewhere
    caption_images  [m]     the image that each caption belongs to
    """

    __test__ = False  # its name begins with Test; pytest must not collect it

    images: np.ndarray
    texts: dict[str, np.ndarray] = field(default_factory=dict)
    captions: np.ndarray | None = None
    caption_images: np.ndarray | None = None

    @cached_property
    def unit_images(self) -> np.ndarray:
        """The images' features at unit length, [n, d]."""
        return unit(self.images)


@dataclass(frozen=True)
class ModelAbout:
    """What is known of the model itself; `logit_scale` multiplies cosines, `logit_bias` is added (SigLIP) or None."""

    objective: str
    logit_scale: float
    logit_bias: float | None
    head: Head | None

    @property
    def wordless(self) -> str:
        """Why a model without texts cannot be asked in words."""
        return f"the objective {self.objective} trains no text tower to ask in words"


class StoredFeatures:
    """A file of features, opened; tensors are read when a test set is asked for."""

    def __init__(self, path: str | Path) -> None:
        """Raises UserError if there is no such file or it holds no features."""
        self.path = Path(path)
        try:
            with safe_open(self.path, "numpy") as file:
                about = json.loads(file.metadata()["about"])
                head = Head(file.get_tensor("head/rows"), **about["head"]) if about["head"] else None
            self.model = ModelAbout(about["objective"], about["logit_scale"], about["logit_bias"], head)
            self._digests: dict[str, str] = about["testsets"]
        except (OSError, SafetensorError, TypeError, KeyError, ValueError) as error:
            raise UserError(f"{path}: holds no features of a run ({error}); encode the run again") from error

    def on(self, testset: TestSet) -> TestSetFeatures:
        """The features of one test set. Raises UserError if it was not encoded, or has changed since."""
        if testset.name not in self._digests:
            raise UserError(
                f"{self.path}: no features on test set '{testset.name}', only on {', '.join(self._digests)}; "
                "encode the run again"
            )
        if self._digests[testset.name] != testset.digest:
            raise UserError(f"{self.path}: test set '{testset.name}' has changed since; encode the run again")
        with safe_open(self.path, "numpy") as file:
            own = {
                name.removeprefix(f"{testset.name}/"): file.get_tensor(name)
                for name in file.keys()  # noqa: SIM118, it is no mapping
                if name.startswith(f"{testset.name}/")
            }
        texts = {name.removeprefix("texts/"): rows for name, rows in own.items() if name.startswith("texts/")}
        return TestSetFeatures(own["images"], texts, own.get("captions"), own.get("caption_images"))


def write_features(path: str | Path, model: ModelAbout, testsets: Mapping[str, tuple[str, TestSetFeatures]]) -> None:
    """Write a run's features, per test set with its digest, whole or not at all; the same features, the same bytes."""
    tensors: dict[str, np.ndarray] = {}
    for name, (_, features) in testsets.items():
        tensors[f"{name}/images"] = features.images
        tensors |= {f"{name}/texts/{each}": rows for each, rows in features.texts.items()}
        if features.captions is not None:
            tensors |= {f"{name}/captions": features.captions, f"{name}/caption_images": features.caption_images}
    head = model.head
    if head is not None:
        tensors["head/rows"] = head.rows
    about = {
        "objective": model.objective,
        "logit_scale": model.logit_scale,
        "logit_bias": model.logit_bias,
        "head": {"scale": head.scale, "classes": head.classes} if head else None,
        "testsets": {name: digest for name, (digest, _) in testsets.items()},
    }
    with whole_tensors(path) as temporary:
        # One key of metadata: safetensors writes several in an order of its own.
        save_file(
            {name: np.ascontiguousarray(each) for name, each in tensors.items()},
            temporary,
            {"about": json.dumps(about)},
        )


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows [n, d] brought to unit length; rows of zeros stay."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
