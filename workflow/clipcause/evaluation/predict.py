"""Predict the class of every test sample, for many runs in one process."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from clipcause.command import log
from clipcause.errors import UserError
from clipcause.evaluation.classifiers import classifier
from clipcause.evaluation.outcomes import write_predictions
from clipcause.evaluation.testset import TestSet, batches, image_size, read_testset
from clipcause.models.trained import TrainedModel, load_run
from clipcause.progress import Progress

BATCH = 256


def predict_runs(runs: Sequence[Path], testsets: Sequence[Path], outputs: Sequence[Path], threads: int) -> None:
    """Write one predictions.parquet per run, over all test sets in the order given.

    All models are held in memory at once, the images one batch at a time, so that every image is read and decoded
    once however many runs there are. Raises UserError if runs and outputs do not pair up.
    """
    if len(runs) != len(outputs):
        raise UserError(f"{len(runs)} runs but {len(outputs)} outputs; give one file per run, in order")
    torch.set_num_threads(threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    sets = [read_testset(directory) for directory in testsets]
    models = [load_run(directory) for directory in runs]
    for trained in models:
        trained.model.to(device)
        if trained.head is not None:
            trained.head.to(device)

    parts: list[list[pd.DataFrame]] = [[] for _ in runs]
    for number, testset in enumerate(sets, start=1):
        for part, predicted in zip(parts, predict(models, runs, testset), strict=True):
            part.append(predicted)
        log.info("%d of %d test sets predicted by %d runs (%s)", number, len(sets), len(runs), testset.name)
    for output, part in zip(outputs, parts, strict=True):
        write_predictions(output, pd.concat(part, ignore_index=True))


def predict(models: Sequence[TrainedModel], names: Sequence[object], testset: TestSet) -> list[pd.DataFrame]:
    """Per model the rows testset, uid, label, prediction of one test set; `names` say which run it is in errors."""
    classifiers = [
        classifier(model, testset.classnames, testset.templates, f"{name}, test set '{testset.name}'")
        for model, name in zip(models, names, strict=True)
    ]
    predicted: list[list[torch.Tensor]] = [[] for _ in models]
    progress = Progress(f"test set {testset.name}", len(testset.samples), "images")
    for number, pixels in enumerate(batches(testset, [model.preprocess for model in models], BATCH)):
        progress.update(number * BATCH)
        for model, classify, collected in zip(models, classifiers, predicted, strict=True):
            collected.append(classify(pixels[image_size(model.preprocess)]))
    classnames = np.array(testset.classnames, dtype=object)
    asked = testset.samples[["uid", "label"]].assign(testset=testset.name)
    return [asked.assign(prediction=classnames[torch.cat(numbers).numpy()]) for numbers in predicted]
