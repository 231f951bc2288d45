"""A model that turns images and texts into unit vectors, and what identifies it."""

import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, settings_digest
from clipcause.job.took import in_model
from clipcause.models.build import ClipModel
from clipcause.models.device import own_device
from clipcause.models.pretrained import load_pretrained
from clipcause.models.trained import load_run

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Embedder:
    """A model in evaluation mode on its device; it computes with numbers of `precision`.

    `identity` says whatever decides a vector: model, digest of the weights, preprocessing, precision. Vectors of
    embedders with one identity may be compared.
    """

    model: ClipModel
    device: torch.device
    precision: str
    identity: dict

    @torch.inference_mode()
    def of_images(self, pixels: torch.Tensor) -> torch.Tensor:
        """Unit vectors fp16 [n, d] of pixels uint8 [n, H, W, 3]."""
        inputs = self.model.preprocess(pixels).to(self.device)
        with in_model(torch.get_num_threads()), self._autocast():
            return _unit(self.model.model.encode_image(inputs))

    @torch.inference_mode()
    def of_texts(self, texts: Sequence[str]) -> torch.Tensor:
        """Unit vectors fp16 [n, d] of texts."""
        tokens = self.model.tokenizer(list(texts)).to(self.device)
        with in_model(torch.get_num_threads()), self._autocast():
            return _unit(self.model.model.encode_text(tokens))

    def _autocast(self) -> AbstractContextManager:
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, DTYPES[self.precision])


def open_embedder(settings: dict, run: Path | None, code: Sequence[Path] = ()) -> Embedder:
    """The embedder of resolved `settings`: the model of the finished `run`, or one that others trained.

    On a GPU if there is one. `code` are the files whose edit makes its vectors others. Raises UserError if the model
    cannot be loaded.
    """
    model = load_pretrained(settings["name"], settings["pretrained"]) if run is None else load_run(run)
    device = own_device()
    model.model.to(device)
    identity = {
        "model": model.settings,
        "weights": weights_digest(model.model),
        "words": settings_digest(model.words),
        "code": settings_digest([file_digest(path) for path in code]),
        "preprocess": model.preprocess.described,
        "precision": settings["precision"],
        "dimensions": model.embed_dim,
    }
    return Embedder(model, device, settings["precision"], identity)


def weights_digest(model: nn.Module) -> str:
    """SHA-256 over names and bytes of a model's weights, whatever file they came from."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()


def _unit(features: torch.Tensor) -> torch.Tensor:
    vectors = nn.functional.normalize(features.float(), dim=-1).half().cpu()
    if not vectors.isfinite().all():
        raise UserError(
            "the embedder gives vectors that are no numbers: its training has diverged, or its precision is too small; "
            "name another run, or set precision: fp32"
        )
    return vectors
