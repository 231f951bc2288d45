"""How many images or texts fit into memory at once."""

from collections.abc import Callable

import torch
from torch import nn

LARGEST = {"cpu": 256, "cuda": 4096}  # more of them are no faster


def batch_size(
    model: nn.Module, encode: Callable[[torch.Tensor], torch.Tensor], example: torch.Tensor, memory: int
) -> int:
    """How many inputs like `example` [1, ...] the `model` can `encode` at once within `memory` bytes, at least 1.

    Counts what every part of the model puts out for one input, as if all of it were kept: an upper bound of what
    inference needs.
    """
    held = _bytes(example)

    def count(module: nn.Module, given: object, out: object) -> None:
        nonlocal held
        held += sum(map(_bytes, out if isinstance(out, tuple) else (out,)))

    hooks = [module.register_forward_hook(count) for module in model.modules()]
    try:
        with torch.inference_mode():
            encode(example)
    finally:
        for hook in hooks:
            hook.remove()
    return max(1, min(memory // held, LARGEST[example.device.type]))


def batch_memory(device: torch.device, memory: int) -> int:
    """Bytes that a batch may use: half of what is free on a GPU, half of `memory` on a CPU."""
    return (torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else memory) // 2


def _bytes(value: object) -> int:
    return value.element_size() * value.nelement() if isinstance(value, torch.Tensor) else 0
