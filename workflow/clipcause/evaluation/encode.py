"""Encode test sets by many runs in one process: images, prompts and captions, for all that is asked of them later."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from clipcause.errors import UserError
from clipcause.evaluation.features import Head, ModelAbout, TestSetFeatures, write_features
from clipcause.evaluation.images import batches, decoding
from clipcause.evaluation.testset import TestSet, read_testset
from clipcause.evaluation.texts import Groups, text_sets
from clipcause.job.command import log
from clipcause.job.progress import Progress
from clipcause.job.took import in_model
from clipcause.models.device import own_device
from clipcause.models.trained import TrainedModel, load_run

BATCH = 256


def encode_runs(
    runs: Sequence[Path],
    testsets: Sequence[Path],
    outputs: Sequence[Path],
    threads: int,
    attributes: Mapping[str, Groups] | None = None,
) -> None:
    """Write one file of features per run, over all test sets.

    `attributes` are the prompts of both values of attributes, by name; classification test sets are asked for them.
    All models are held in memory at once, the images one batch at a time, so that every image is read and decoded
    once however many runs there are. Raises UserError if runs and outputs do not pair up, and for a run whose
    features are no numbers.
    """
    if len(runs) != len(outputs):
        raise UserError(f"{len(runs)} runs but {len(outputs)} outputs; give one file per run, in order")
    torch.set_num_threads(threads)
    device = own_device()
    models = [load_run(directory) for directory in runs]
    for trained in models:
        trained.model.to(device)
    encoders = [TextEncoder(trained, attributes or {}) if trained.reads_text else None for trained in models]
    made: list[dict[str, tuple[str, TestSetFeatures]]] = [{} for _ in runs]
    for number, testset in enumerate(map(read_testset, testsets), start=1):
        images = encode_images(models, testset)
        for run, encoder, of_run, own in zip(runs, encoders, made, images, strict=True):
            features = TestSetFeatures(own) if encoder is None else encoder.features(testset, own)
            _refuse_no_numbers(run, testset, features)
            of_run[testset.name] = (testset.digest, features)
        log.info("%d of %d test sets encoded by %d runs (%s)", number, len(testsets), len(runs), testset.name)
    for trained, of_run, output in zip(models, made, outputs, strict=True):
        write_features(output, about(trained), of_run)


@torch.inference_mode()
def encode_images(models: Sequence[TrainedModel], testset: TestSet) -> list[np.ndarray]:
    """Per model the features of a test set's images, fp32 [n, d]."""
    encoded: list[list[np.ndarray]] = [[] for _ in models]
    progress = Progress(f"test set {testset.name}", len(testset.samples), "images")
    for number, pixels in enumerate(batches(testset, [model.preprocess for model in models], BATCH)):
        progress.update(number * BATCH)
        for trained, collected in zip(models, encoded, strict=True):
            inputs = trained.preprocess(pixels[decoding(trained.preprocess)]).to(_device(trained))
            with in_model(torch.get_num_threads()):
                collected.append(trained.model.encode_image(inputs).float().cpu().numpy())
    return [np.concatenate(each) for each in encoded]


class TextEncoder:
    """The text tower of one model; test sets that ask the same are encoded once."""

    def __init__(self, trained: TrainedModel, attributes: Mapping[str, Groups]) -> None:
        self._trained, self._attributes = trained, attributes
        self._known: dict[tuple, np.ndarray] = {}

    def features(self, testset: TestSet, images: np.ndarray) -> TestSetFeatures:
        """The features of a test set's texts, beside those of its `images` [n, d]."""
        if testset.classifies:
            asked = text_sets(testset, self._attributes)
            return TestSetFeatures(images, {name: self.group_embeddings(groups) for name, groups in asked.items()})
        captions, caption_images = testset.captions
        return TestSetFeatures(images, {}, self._encode(captions).numpy(), caption_images)

    def group_embeddings(self, groups: Groups) -> np.ndarray:
        """One unit row per group [g, d]: the mean of its prompts' unit embeddings, brought to unit length again.

        The prompt ensemble of CLIP (Radford et al. 2021, section 3.1.4), as open_clip builds it.
        """
        key = tuple(map(tuple, groups))
        if key not in self._known:
            embeddings = functional.normalize(self._encode([prompt for group in groups for prompt in group]), dim=-1)
            parts = embeddings.split([len(group) for group in groups])
            self._known[key] = functional.normalize(torch.stack([part.mean(dim=0) for part in parts]), dim=-1).numpy()
        return self._known[key]

    @torch.inference_mode()
    def _encode(self, texts: list[str]) -> torch.Tensor:
        """The text tower's features, fp32 [n, d]."""
        parts = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        encode, tokenizer, device = self._trained.model.encode_text, self._trained.tokenizer, _device(self._trained)
        tokens = [tokenizer(part).to(device) for part in parts]
        with in_model(torch.get_num_threads()):
            return torch.cat([encode(each).float().cpu() for each in tokens])


def about(trained: TrainedModel) -> ModelAbout:
    """What is stored of the model itself."""
    head, bias = trained.head, getattr(trained.model, "logit_bias", None)
    return ModelAbout(
        objective=trained.objective,
        logit_scale=float(trained.model.logit_scale.detach().exp()),
        logit_bias=None if bias is None else float(bias.detach()),
        head=head and Head(head.weight.detach().numpy(), float(head.logit_scale.detach().exp()), trained.classes),
    )


def _refuse_no_numbers(run: Path, testset: TestSet, features: TestSetFeatures) -> None:
    every = [features.images, *features.texts.values(), *([] if features.captions is None else [features.captions])]
    if not all(np.isfinite(each).all() for each in every):
        raise UserError(f"{run}, test set '{testset.name}': its features are no numbers; its training has diverged")


def _device(trained: TrainedModel) -> torch.device:
    return next(trained.model.parameters()).device
