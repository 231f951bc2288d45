"""What is minimised, by name. To add one: a class with the interface of `Objective`, and a line in the registry."""

from clipcause.training.objectives.clip import Clip
from clipcause.training.objectives.custom import Custom
from clipcause.training.objectives.dino import Dino
from clipcause.training.objectives.objective import Objective
from clipcause.training.objectives.siglip import Siglip
from clipcause.training.objectives.simclr import SimClr
from clipcause.training.objectives.supervised import Supervised

OBJECTIVES: dict[str, type[Objective]] = {
    "clip": Clip,
    "siglip": Siglip,
    "supervised": Supervised,
    "simclr": SimClr,
    "dino": Dino,
    "custom": Custom,
}

__all__ = ["OBJECTIVES", "Objective"]
