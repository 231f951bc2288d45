"""The two towers of a model of open_clip's interface: taken over from another model, and frozen."""

from collections.abc import Iterator, Sequence

import torch
from torch import nn

from clipcause.errors import UserError

IMAGE, TEXT, SCALE = "image", "text", "scale"


def tower(name: str) -> str:
    """Which tower a tensor of a state dict belongs to; temperature and bias of the cosines are the `scale`."""
    if name in ("logit_scale", "logit_bias"):
        return SCALE
    return IMAGE if name.startswith("visual.") else TEXT


def take_towers(model: nn.Module, source: nn.Module, towers: str, where: str) -> None:
    """Copy the weights of `towers` (both, image or text) from another model of the same architecture.

    Temperature and bias come with both. `where` names the source in errors. Raises UserError if they do not fit.
    """
    wanted = (IMAGE, TEXT, SCALE) if towers == "both" else (towers,)
    theirs = {name: tensor for name, tensor in source.state_dict().items() if tower(name) in wanted}
    if "logit_bias" in theirs and model.logit_bias is None:
        model.logit_bias = nn.Parameter(torch.zeros(()))
    own = model.state_dict()
    for name in sorted(theirs.keys() ^ {name for name in own if tower(name) in wanted}):
        if tower(name) != SCALE:
            raise UserError(
                f"{where}: its towers have other parts than the model's ({name}); name the same model in both"
            )
    for name, tensor in theirs.items():
        if own[name].shape != tensor.shape:
            theirs_is, own_is = list(tensor.shape), list(own[name].shape)
            raise UserError(
                f"{where}: {name} has the shape {theirs_is}, the model's {own_is}; name the same model in both"
            )
    model.load_state_dict(theirs, strict=False)


def freeze(model: nn.Module, towers: Sequence[str]) -> None:
    """Take `towers` (image, text) out of training: no gradients, and batch norms that keep their statistics."""
    for name, parameter in model.named_parameters():
        if tower(name) in towers:
            parameter.requires_grad_(False)
    for module in _modules(model, towers):
        module.eval()


def _modules(model: nn.Module, towers: Sequence[str]) -> Iterator[nn.Module]:
    for name, module in model.named_modules():
        if name and tower(f"{name}.") in towers:
            yield module
