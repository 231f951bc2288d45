"""Test sets as evaluation reads them: what they ask, and which samples they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from clipcause.errors import UserError
from clipcause.files.benchmark_layout import CLASSIFICATION
from clipcause.files.frames import read_frame
from clipcause.files.outputs import read_json, settings_digest

COLUMNS = ["uid", "shard", "offset", "size", "label", "captions"]


@dataclass(frozen=True)
class TestSet:
    """A test set; `samples` has COLUMNS, in the set's order, and whatever else is known of them.

    For retrieval it has captions, and neither class names, templates nor labels.
    """

    __test__ = False  # its name begins with Test; pytest must not collect it

    name: str
    kind: str
    classnames: list[str]
    templates: list[str]
    samples: pd.DataFrame

    @property
    def classifies(self) -> bool:
        """Whether it asks for classes, not for captions."""
        return self.kind == CLASSIFICATION

    @property
    def labels(self) -> np.ndarray:
        """The right class of every sample, as its number among the class names, [n]."""
        numbers = {name: number for number, name in enumerate(self.classnames)}
        return self.samples["label"].map(numbers).to_numpy(dtype=np.int64)

    @property
    def strata(self) -> np.ndarray:
        """The classes within which samples are resampled, as numbers, [n]; a retrieval set is one class."""
        return pd.Categorical(self.samples["label"].fillna("")).codes.astype(np.int64)

    @property
    def captions(self) -> tuple[list[str], np.ndarray]:
        """All captions, m of them, and the number of the image that each belongs to, [m]."""
        of_images = [list(each) for each in self.samples["captions"]]
        images = np.repeat(np.arange(len(of_images)), [len(each) for each in of_images])
        return [caption for each in of_images for caption in each], images

    @property
    def digest(self) -> str:
        """A digest of the uids and sizes, in order, and of all that is asked about them.

        Where a uid is but a place in a folder, sizes tell one folder's images from another's.
        """
        asked = self.captions[0] if not self.classifies else [self.classnames, self.templates]
        return settings_digest([self.samples["uid"].tolist(), self.samples["size"].tolist(), asked])


def read_testset(directory: str | Path) -> TestSet:
    """Read `testset.json` and `samples.parquet` of a directory results/testsets/{testset}.

    Raises UserError if they cannot be read or do not fit each other.
    """
    directory = Path(directory)
    try:
        about = read_json(directory / "testset.json")
        samples = read_frame(directory / "samples.parquet")
        testset = TestSet(directory.name, about["kind"], about["classnames"], about["templates"], samples)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{directory}: holds no readable test set ({error}); make it again") from error
    if missing := [name for name in COLUMNS if name not in samples]:
        raise UserError(f"{directory}: samples.parquet has no column {', '.join(missing)}; make the test set again")
    if testset.classifies and not (known := samples["label"].isin(testset.classnames)).all():
        label = samples["label"][~known].iloc[0]
        raise UserError(f"{directory}: {label!r} is none of the classes in testset.json; make the test set again")
    return testset


def refuse_overlap(testset: TestSet, training: TestSet) -> None:
    """Raise UserError if a sample of `testset` is among those that its probes learn from."""
    shared = np.intersect1d(_identities(testset.samples), _identities(training.samples))
    if len(shared):
        raise UserError(
            f"test set '{testset.name}': {len(shared):,} of its samples are in '{training.name}', from which its "
            "probes learn; name another test set under train, or keep them apart (where)"
        )


def refuse_leaks(testsets: Sequence[TestSet], manifest: str | Path) -> None:
    """Raise UserError if a test sample is in a `manifest` that a run has learned from."""
    trained = read_frame(manifest, columns=["uid"])["uid"]
    for testset in testsets:
        if leaks := int(testset.samples["uid"].isin(trained).sum()):
            raise UserError(
                f"test set '{testset.name}': {leaks:,} of its samples are in {manifest}, which a run has learned from; "
                "test on what is held out (held_out, part: held_out) or keep them out of the subset (where)"
            )


def _identities(samples: pd.DataFrame) -> np.ndarray:
    """What identifies a sample: its uid, with the shard where it is but a place in a folder (`0/s0000001`)."""
    uids, shards = (samples[column].astype(str) for column in ("uid", "shard"))
    return uids.where(~uids.str.contains("/"), shards + ":" + uids).to_numpy()
