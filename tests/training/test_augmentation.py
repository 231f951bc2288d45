import numpy as np
import pytest
import torch

from clipcause.training.augmentation import DRAWS, Augmentation


def half(n=1, **numbers):
    """Draws that change nothing (0.5), but for those given by number."""
    draws = torch.full((1, n, DRAWS), 0.5)
    for name, value in numbers.items():
        draws[:, :, int(name.removeprefix("u"))] = value
    return draws


def ramp(size=8):
    """An image [1, 3, size, size] whose columns are 0, 10, 20, ..."""
    return (10.0 * torch.arange(size)).expand(1, 3, size, size).contiguous()


def test_without_augmentation_images_stay_the_very_same():
    images = ramp()
    augment = Augmentation(crop=1.0, flip=False, colour=0.0)
    assert not augment.active
    assert augment(images, None)[0] is images


def test_half_of_the_images_are_mirrored():
    augment = Augmentation(crop=1.0, flip=True, colour=0.0)
    (kept,) = augment(ramp(), half(u4=0.6))
    (mirrored,) = augment(ramp(), half(u4=0.4))
    assert torch.allclose(kept, ramp(), atol=1e-3)
    assert torch.allclose(mirrored, ramp().flip(3), atol=1e-3)


def test_a_crop_of_a_quarter_is_half_as_wide_and_stays_inside():
    augment = Augmentation(crop=0.25, flip=False, colour=0.0)
    for x, (left, right) in ((0.0, (0, 35)), (0.5, (20, 55)), (1.0, (40, 70))):
        (view,) = augment(ramp(), half(u0=0.0, u2=x))
        row = view[0, 0, 0]
        assert (row.diff() >= -1e-4).all() and row.diff()[2] == pytest.approx(5.0, abs=1e-3)
        assert left - 3 <= row[0] <= left + 3 and right - 3 <= row[-1] <= right + 3


def test_the_area_and_ratio_of_crops_are_those_asked_for():
    """A photograph of the two coordinates shows the window that was cut."""
    size, n = 64, 400
    across = torch.linspace(-1 + 1 / size, 1 - 1 / size, size)
    image = torch.stack([across.expand(size, size), across[:, None].expand(size, size), torch.zeros(size, size)])
    augment = Augmentation(crop=0.3, flip=False, colour=0.0)
    draws = augment.draw(n, torch.Generator().manual_seed(0))
    (views,) = augment(image.expand(n, 3, size, size), draws)
    width = (views[:, 0, 32, -2] - views[:, 0, 32, 1]).numpy() / (2 * (size - 3) / size)
    height = (views[:, 1, -2, 32] - views[:, 1, 1, 32]).numpy() / (2 * (size - 3) / size)
    area, ratio = width * height, width / height
    assert area == pytest.approx(0.3 + 0.7 * draws[0, :, 0].numpy(), abs=0.02)
    assert (area.min(), area.max()) == pytest.approx((0.3, 1.0), abs=0.03)
    assert ratio.max() <= 4 / 3 + 0.02 and ratio.min() >= 3 / 4 - 0.02
    assert np.log(ratio[area < 0.7]).std() > 0.1
    assert (views.abs() <= 1).all()


def test_brightness_contrast_and_saturation_by_hand():
    image = torch.tensor([100.0, 50.0, 200.0]).view(1, 3, 1, 1).expand(1, 3, 4, 4)
    augment = Augmentation(crop=1.0, flip=False, colour=0.5)
    assert torch.allclose(augment(image, half())[0], image, atol=1e-4)
    assert torch.allclose(augment(image, half(u5=0.0))[0], image * 0.5, atol=1e-3)
    assert torch.allclose(augment(image, half(u5=1.0))[0][0, :, 0, 0], torch.tensor([150.0, 75.0, 255.0]), atol=1e-3)
    grey = 0.299 * 100 + 0.587 * 50 + 0.114 * 200
    assert torch.allclose(augment(image, half(u7=0.0))[0], grey + 0.5 * (image - grey), atol=1e-3)
    assert torch.allclose(augment(image, half(u6=0.0))[0], grey + 0.5 * (image - grey), atol=1e-3)  # one colour only


def test_views_differ_and_hang_on_the_draws_alone():
    augment = Augmentation(crop=0.5, flip=True, colour=0.2, views=2)
    images = 255 * torch.rand(5, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    draws = augment.draw(5, torch.Generator().manual_seed(7))
    one, two = augment(images, draws)
    assert not torch.allclose(one, two)
    again = augment(images[2:4], draws[:, 2:4])
    assert torch.allclose(again[0], one[2:4], atol=1e-4) and torch.allclose(again[1], two[2:4], atol=1e-4)
