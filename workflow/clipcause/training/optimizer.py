"""The optimiser: its weight decay spares gains, biases and temperatures (as open_clip does)."""

import inspect

import torch
from torch import nn

BETAS = (0.9, 0.98)
EPSILON = 1e-6
MOMENTUM = 0.9


def new_optimizer(module: nn.Module, name: str, weight_decay: float) -> torch.optim.Optimizer:
    """A fused `adamw`, or `sgd` with momentum, over a module's parameters that are trained.

    Parameters of fewer than two axes have no weight decay. The learning rate is set before every step.
    """
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    if name == "sgd":
        return _quick_to_start(torch.optim.SGD)(groups, lr=0.0, momentum=MOMENTUM, fused=True)
    return _quick_to_start(torch.optim.AdamW)(groups, lr=0.0, betas=BETAS, eps=EPSILON, fused=True)


def _quick_to_start(kind: type[torch.optim.Optimizer]) -> type[torch.optim.Optimizer]:
    """The optimiser without the wrappers that keep torch's compiler out: they import it, which takes a second."""
    wrapped = ("add_param_group", "zero_grad", "state_dict", "load_state_dict", "step")
    bare = {name: inspect.unwrap(getattr(kind, name)) for name in wrapped}
    return type(kind.__name__, (kind,), bare | {"step": torch.no_grad()(bare["step"])})
