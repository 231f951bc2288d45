"""The miniweb's settings, as the config's `miniweb:` section states them."""

import json
from dataclasses import dataclass, fields

from clipcause.errors import UserError


@dataclass(frozen=True)
class Settings:
    """How large the miniweb is and how its pictures, captions and pages are distributed; shares lie in [0, 1]."""

    seed: int
    images: int
    """URLs in each pool."""
    image_size: int
    """Width and height in pixels."""
    zipf_exponent: float
    """The class of rank k is met in proportion to k^-zipf_exponent."""
    test_images_per_class: int
    """Images of each class in every test set."""
    further_share: float
    """Share of a pool that shows objects that only the test set `further` asks for."""
    detail_share: float
    """Share of captions that mention colour, place or ribbon."""
    wrong_captions: float
    """Share of captions that name another object."""
    wordless_captions: float
    """Share of captions that name no object."""
    attribute_share: float
    """Share of images with a ribbon."""
    attribute_mean: float
    """Share of gold among the ribbons, over all classes."""
    attribute_association: float
    """How far a class's share of gold lies from the mean: above it for every other class, below it for the rest."""
    annotation_errors: float
    """Share of images whose ribbon the pool's annotator mistakes."""
    duplicates: float
    """Share of URLs that show an earlier image again, hardly changed."""
    dead_links: float
    """Share of URLs that nothing answers."""
    broken_files: float
    """Share of URLs that answer with a file cut short."""
    not_images: float
    """Share of URLs that answer with a web page in place of an image."""
    slow_links: float
    """Share of URLs that are answered late, within a second."""

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """Read settings from a JSON object that holds every key and no other; raises UserError otherwise."""
        given = json.loads(text)
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(given) - known):
            raise UserError(f"miniweb settings: unknown key {unknown[0]}; the keys are {', '.join(sorted(known))}")
        if missing := sorted(known - set(given)):
            raise UserError(f"miniweb settings: {missing[0]} is missing; give it a value")
        settings = cls(**given)
        settings.check()
        return settings

    def check(self) -> None:
        """Raise UserError where settings contradict each other."""
        faults = self.dead_links + self.broken_files + self.not_images + self.slow_links
        if faults > 1:
            raise UserError(
                f"miniweb settings: dead_links, broken_files, not_images and slow_links add up to {faults:g}; "
                "they can be at most 1 together"
            )
        if self.attribute_association > min(self.attribute_mean, 1 - self.attribute_mean):
            raise UserError(
                f"miniweb settings: attribute_mean {self.attribute_mean:g} ± attribute_association "
                f"{self.attribute_association:g} leaves [0, 1]; lower the association"
            )
