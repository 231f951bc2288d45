"""From a trained model to a classifier of a test set's classes: zero-shot by prompts, or the model's own head."""

from collections.abc import Callable, Sequence

import torch
from torch.nn import functional

from clipcause.errors import UserError
from clipcause.models.trained import TrainedModel

Classifier = Callable[[torch.Tensor], torch.Tensor]
"""Class numbers [n] of decoded images, uint8 [n, H, W, 3]."""


def classifier(trained: TrainedModel, classnames: Sequence[str], templates: Sequence[str], where: str) -> Classifier:
    """How this model tells `classnames` apart: by its head if it has one, else zero-shot.

    `where` names run and test set in errors. Raises UserError if the head knows none of the classes.
    """
    device = next(trained.model.parameters()).device
    if trained.head is None:
        weights = zero_shot_weights(trained, classnames, templates)
        numbers = torch.arange(len(classnames))
    else:
        numbers, rows = head_rows(trained.classes, classnames, where)
        rows = rows.to(device)

    @torch.inference_mode()
    def classify(pixels: torch.Tensor) -> torch.Tensor:
        features = trained.model.encode_image(trained.preprocess(pixels).to(device), normalize=True)
        scores = features @ weights.T if trained.head is None else trained.head(features)[:, rows]
        return numbers[scores.argmax(dim=1).cpu()]

    return classify


@torch.inference_mode()
def zero_shot_weights(trained: TrainedModel, classnames: Sequence[str], templates: Sequence[str]) -> torch.Tensor:
    """One unit row per class [C, embed_dim]: the mean of its prompts' unit embeddings, brought to unit length again.

    The prompt ensemble of CLIP (Radford et al. 2021, section 3.1.4), as open_clip builds it. `{c}` in a template
    stands for the class name.
    """
    device = next(trained.model.parameters()).device
    prompts = [template.replace("{c}", name) for name in classnames for template in templates]
    tokens = trained.tokenizer(prompts).to(device)
    embeddings = torch.cat([trained.model.encode_text(part, normalize=True) for part in tokens.split(512)])
    means = embeddings.unflatten(0, (len(classnames), len(templates))).mean(dim=1)
    return functional.normalize(means, dim=-1)


def head_rows(known: Sequence[str], classnames: Sequence[str], where: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Which of `classnames` the head's classes `known` hold, and the head's rows of these; both [number known].

    The head competes among the test set's classes only, as zero-shot does; a class it lacks is never predicted.
    Raises UserError if it knows none.
    """
    row_of = {name: row for row, name in enumerate(known)}
    numbers = [number for number, name in enumerate(classnames) if name in row_of]
    if not numbers:
        raise UserError(
            f"{where}: the head knows no class of {', '.join(classnames[:3])}, ..., but {', '.join(known[:3])}, "
            "...; use the same class names in the pool's label and in the test set"
        )
    return torch.tensor(numbers), torch.tensor([row_of[classnames[number]] for number in numbers])
