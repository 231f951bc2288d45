"""From a compressed image to what an image tower reads."""

import io
import struct
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import nn

from clipcause.errors import UserError

_UNDECODABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)


class Preprocess:
    """Decodes compressed images to the size of a model and normalises pixels with its statistics.

    The two steps are apart because decoded pixels (uint8) are what one keeps in memory. Called on
    pixels [n, H, W, 3], it returns floats [n, 3, H, W] in channels-last memory: (pixel / 255 - mean) / std.
    """

    def __init__(
        self,
        image_size: int | Sequence[int],
        mean: Sequence[float],
        std: Sequence[float],
        interpolation: str = "bicubic",
        squash: bool = False,
    ) -> None:
        """With `squash` an image is scaled to the size of the model, whatever its shape; else see `decode`."""
        self.height, self.width = (image_size, image_size) if isinstance(image_size, int) else image_size
        self._resampling, self._squash = Image.Resampling[interpolation.upper()], squash
        self.described = {
            "image_size": [self.height, self.width],
            "mean": list(mean),
            "std": list(std),
            "interpolation": interpolation,
            "resize": "squash" if squash else "shortest",
        }
        self._shift = 255 * torch.tensor(mean).view(1, 3, 1, 1)
        self._scale = 1 / (255 * torch.tensor(std).view(1, 3, 1, 1))

    @classmethod
    def of(cls, visual: nn.Module) -> "Preprocess":
        """The preprocessing that an image tower of open_clip's interface asks for.

        Raises UserError for a way to resize that is not known here.
        """
        asked = getattr(visual, "preprocess_cfg", {})
        resize, interpolation = asked.get("resize_mode", "shortest"), asked.get("interpolation", "bicubic")
        if resize not in ("shortest", "squash") or interpolation not in ("bicubic", "bilinear"):
            raise UserError(f"the model asks to resize images by {resize}, {interpolation}, which is not supported")
        return cls(visual.image_size, visual.image_mean, visual.image_std, interpolation, resize == "squash")

    @classmethod
    def as_described(cls, described: dict) -> "Preprocess":
        """The preprocessing that `described` says of itself."""
        pixels = [described[key] for key in ("image_size", "mean", "std", "interpolation")]
        return cls(*pixels, squash=described["resize"] == "squash")

    def decode(self, content: bytes) -> np.ndarray | None:
        """Pixels uint8 [H, W, 3] of a compressed image in RGB, or None if the bytes are not a whole image.

        As open_clip does: the image is scaled until it just covers the model's size, then cut at its centre.
        """
        try:
            with Image.open(io.BytesIO(content)) as image:
                return np.asarray(self._fit(image.convert("RGB")))
        except _UNDECODABLE:
            return None

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """Normalised floats [n, 3, H, W] of pixels uint8 [n, H, W, 3]."""
        return self.normalise(self.channels_first(pixels))

    @staticmethod
    def channels_first(pixels: torch.Tensor) -> torch.Tensor:
        """Floats 0 to 255 [n, 3, H, W] of pixels uint8 [n, H, W, 3]."""
        return pixels.permute(0, 3, 1, 2).to(torch.float32)

    def normalise(self, images: torch.Tensor) -> torch.Tensor:
        """Normalised floats of floats 0 to 255, both [n, 3, H, W]."""
        if images.device != self._shift.device:  # once: a GPU is waited for
            self._shift, self._scale = self._shift.to(images.device), self._scale.to(images.device)
        return (images - self._shift).mul_(self._scale)

    def _fit(self, image: Image.Image) -> Image.Image:
        if image.size == (self.width, self.height):
            return image
        if self._squash:
            return image.resize((self.width, self.height), self._resampling)
        if image.width * self.height > image.height * self.width:
            width, height = int(self.height * image.width / image.height), self.height
        else:
            width, height = self.width, int(self.width * image.height / image.width)
        left, top = round((width - self.width) / 2), round((height - self.height) / 2)
        scaled = image.resize((width, height), self._resampling)
        return scaled.crop((left, top, left + self.width, top + self.height))
