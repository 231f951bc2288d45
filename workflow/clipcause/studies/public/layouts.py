"""Published files in the layouts of those who published them, made into the tables that `tables.py` reads."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from clipcause.errors import UserError
from clipcause.files.outputs import whole
from clipcause.job.command import log
from clipcause.studies.public.fetch import remedy

TIMM = {
    "ImageNet 1k": "results-imagenet.csv",
    "ImageNet v2": "results-imagenetv2-matched-frequency.csv",
    "ImageNet Sketch": "results-sketch.csv",
    "ImageNet-A": "results-imagenet-a.csv",
    "ImageNet-R": "results-imagenet-r.csv",
}
# Words in timm's names of weights: of more data than ImageNet, or of a teacher that may have seen more.
MORE_THAN_IMAGENET = {"ft", "jft", "swag", "dist", "distilled", "ssld", "usi"}
COUNTS = re.compile(r"imagenet_(?P<pool>\w+)_(?P<matching>lemmatized|lowercased)_search_counts\.json")
WEIGHTS = re.compile(r"backbone(?P<model>.+)_pretrained(?P<pretraining>.+)")


def _csv(folder: Path) -> pd.DataFrame:
    """One CSV that has the table's own columns."""
    return pd.read_csv(_only_file(folder))


def _timm(folder: Path) -> pd.DataFrame:
    """timm's results (huggingface/pytorch-image-models, `results/`): the models trained on ImageNet alone.

    One CSV per test set: `model`, named `architecture.weights`, `img_size` and `top1`, in per cent.
    """
    joined = None
    for testset, file in TIMM.items():
        read = pd.read_csv(folder / file)[["model", "img_size", "top1"]].rename(columns={"top1": testset})
        joined = read if joined is None else joined.merge(read, on=["model", "img_size"])
    alone = joined[joined["model"].map(_of_imagenet_alone)].reset_index(drop=True)
    return alone.assign(**{testset: (alone[testset] / 100).round(7) for testset in TIMM})


def _of_imagenet_alone(model: str) -> bool:
    """`resnet50.a1_in1k` is, `resnet50.fb_swsl_ig1b_ft_in1k` and `vit_base.augreg_in21k` are not."""
    words = model.partition(".")[2].split("_")
    return words[-1] == "in1k" and not MORE_THAN_IMAGENET & set(words)


def _search_counts(folder: Path) -> pd.DataFrame:
    """Captions of pools that mention each class, by Udandarao et al. 2024 (arXiv 2404.04125, `search_counts/`)."""
    tables = []
    for file in _files(folder):
        named = COUNTS.fullmatch(file.name)
        if named is None:
            raise ValueError(f"{file.name} is not named imagenet_POOL_lemmatized_search_counts.json, nor _lowercased_")
        counted = pd.DataFrame(json.loads(file.read_text()).items(), columns=["class", "captions"])
        tables.append(counted.assign(**named.groupdict()))
    return pd.concat(tables)[["pool", "matching", "class", "captions"]]


def _classwise(folder: Path) -> pd.DataFrame:
    """Zero-shot accuracy of each class, by Udandarao et al. 2024 (`zero_shot_evaluations/`)."""
    tables = []
    for name, found in json.loads(_only_file(folder).read_text()).items():
        named = WEIGHTS.fullmatch(name)
        if named is None:
            raise ValueError(f"{name!r} is not named backboneMODEL_pretrainedPOOL")
        classes = pd.DataFrame(found["classwise"].items(), columns=["class", "accuracy_percent"])
        tables.append(classes.assign(**named.groupdict()))
    return pd.concat(tables)[["model", "pretraining", "class", "accuracy_percent"]]


LAYOUTS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "table": _csv,
    "timm": _timm,
    "search_counts": _search_counts,
    "classwise": _classwise,
}


def write_table(table: str, layout: str, folder: Path, output: Path) -> None:
    """Write the published files in `folder` as one CSV. Raises UserError if they do not have the layout."""
    try:
        frame = LAYOUTS[layout](folder)
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise UserError(f"{folder}: does not have the layout {layout} ({error}); {remedy(table)}") from error
    with whole(output) as temporary:
        frame.to_csv(temporary, index=False, lineterminator="\n")
    log.info("%s: %s rows", output, f"{len(frame):,}")


def _files(folder: Path) -> list[Path]:
    """The files below a folder, but for hidden ones: Snakemake keeps a timestamp in folders."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _only_file(folder: Path) -> Path:
    files = _files(folder)
    if len(files) != 1:
        raise ValueError(f"it is of one file, and there are {len(files)}")
    return files[0]
