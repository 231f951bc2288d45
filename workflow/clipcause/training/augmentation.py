"""Random crops, mirror images and colours, the same for every arm that asks for the same."""

from functools import cache

import torch
from torch.nn import functional

from clipcause.training.recipe import Recipe

DRAWS = 8  # numbers that decide one view of one image
RATIO = 4 / 3  # a crop is at most so much wider than high, or higher than wide


class Augmentation:
    """Makes `views` random copies of every image of a batch.

    A crop covers a share of the area that is uniform in [crop, 1], its ratio of sides is log-uniform in [3/4, 4/3] as
    far as it fits, and it is scaled to the image's size (as RandomResizedCrop of torchvision, Wen et al. 2024). Then
    half of the images are mirrored if `flip`, and brightness, contrast and saturation are multiplied by factors that
    are uniform in [1 - colour, 1 + colour].
    """

    def __init__(self, crop: float, flip: bool, colour: float, views: int = 1) -> None:
        """`crop` in (0, 1], 1 for none; `colour` in [0, 1), 0 for none."""
        self._crop, self._flip, self._colour, self._views = crop, flip, colour, views
        self.active = crop < 1 or flip or colour > 0

    @classmethod
    def of(cls, recipe: Recipe, views: int) -> "Augmentation":
        """The augmentation of a recipe for an objective that looks at so many views."""
        return cls(recipe.crop, recipe.flip, recipe.colour, views)

    def draw(self, samples: int, generator: torch.Generator) -> torch.Tensor:
        """Numbers in [0, 1), [views, samples, DRAWS]; drawn for a whole batch, whoever makes which part of it."""
        return torch.rand(self._views, samples, DRAWS, generator=generator)

    def __call__(self, images: torch.Tensor, draws: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Views [n, 3, H, W] of images [n, 3, H, W] with values 0 to 255, by draws [views, n, DRAWS] beside them."""
        if not self.active:
            return (images,) * self._views
        return tuple(self._recoloured(self._cropped(images, each), each) for each in draws)

    def _cropped(self, images: torch.Tensor, draws: torch.Tensor) -> torch.Tensor:
        if self._crop == 1 and not self._flip:
            return images
        area = self._crop + (1 - self._crop) * draws[:, 0]
        widest = torch.clamp(1 / area, max=RATIO)
        ratio = widest ** (2 * draws[:, 1] - 1)
        width, height = (area * ratio).sqrt(), (area / ratio).sqrt()
        mirrored = torch.where(draws[:, 4] < 0.5, -1.0, 1.0) if self._flip else torch.ones_like(width)
        zero = torch.zeros_like(width)
        across = torch.stack([width * mirrored, zero, (1 - width) * (2 * draws[:, 2] - 1)], dim=1)
        down = torch.stack([zero, height, (1 - height) * (2 * draws[:, 3] - 1)], dim=1)
        grid = functional.affine_grid(torch.stack([across, down], dim=1), list(images.shape), align_corners=False)
        return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)

    def _recoloured(self, images: torch.Tensor, draws: torch.Tensor) -> torch.Tensor:
        if self._colour == 0:
            return images
        factors = 1 + self._colour * (2 * draws[:, 5:8].T - 1)
        brightness, contrast, saturation = factors[:, :, None, None, None]
        images = (images * brightness).clamp(0, 255)
        mean = _grey(images).mean(dim=(2, 3), keepdim=True)
        images = torch.lerp(mean, images, contrast).clamp(0, 255)
        return torch.lerp(_grey(images), images, saturation).clamp(0, 255)


def _grey(images: torch.Tensor) -> torch.Tensor:
    """Luma [n, 1, H, W] of images [n, 3, H, W] (ITU-R 601)."""
    return (images * _luma(images.device)).sum(dim=1, keepdim=True)


@cache
def _luma(device: torch.device) -> torch.Tensor:
    return torch.tensor([0.299, 0.587, 0.114], device=device).view(1, 3, 1, 1)
