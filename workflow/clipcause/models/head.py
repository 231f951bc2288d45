"""The classification head of supervised models."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn import functional

from clipcause.errors import UserError
from clipcause.models.build import ClipModel

TEXTS_AT_ONCE = 256


class CosineHead(nn.Module):
    """Logits by cosine similarity with a learned temperature (Wen et al. 2024, the supervised arm).

    logit_c = exp(logit_scale) * cos(feature, weight_c), so that features meet a classifier of the same form as CLIP's.
    """

    def __init__(self, embed_dim: int, classes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, embed_dim) / math.sqrt(embed_dim))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    @classmethod
    def fixed(cls, rows: torch.Tensor) -> "CosineHead":
        """A head of given rows [classes, embed_dim], which are not trained; its temperature is."""
        head = cls(rows.shape[1], rows.shape[0])
        head.weight = nn.Parameter(functional.normalize(rows, dim=-1), requires_grad=False)
        return head

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits [n, classes] of features [n, embed_dim] of any length."""
        cosines = functional.normalize(features, dim=-1) @ functional.normalize(self.weight, dim=-1).T
        return self.logit_scale.exp() * cosines


@torch.no_grad()
def text_rows(built: ClipModel, names: Sequence[str], template: str) -> torch.Tensor:
    """What a model's text tower makes of class names, unit rows [classes, embed_dim]; `template` has {} for the name.

    Raises UserError if the tokenizer makes the same tokens of two names.
    """
    tokens = built.tokenizer([template.replace("{}", name) for name in names])
    _, place, count = tokens.unique(dim=0, return_inverse=True, return_counts=True)
    if (count > 1).any():
        alike = [name for name, same in zip(names, (count > 1)[place].tolist(), strict=True) if same]
        raise UserError(
            f"the text tower cannot tell the classes {', '.join(alike[:5])} apart: to its tokenizer their names are "
            "the same; start from a model that was trained on captions with these names, or use head: learned"
        )
    device = next(built.model.parameters()).device
    with _evaluating(built.model):
        parts = tokens.split(TEXTS_AT_ONCE)
        return torch.cat([built.model.encode_text(part.to(device), normalize=True) for part in parts])


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Put a model into evaluation mode inside the block; each module then gets its own mode back."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    yield
    for module, training in modes:
        module.training = training
