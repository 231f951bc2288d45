"""What the objective of a recipe asks of its other keys."""

from collections.abc import Iterator

from clipcause.config.messages import at
from clipcause.config.recipes import trained

WITHOUT_CAPTIONS = ("supervised", "simclr", "dino")
"""The objectives that do not train the text tower."""

TWO_VIEWS = ("simclr", "dino")
"""The objectives that compare two views of every image."""


def objective_problems(config: dict) -> Iterator[str]:
    """Yield one line per recipe whose objective cannot be trained so."""
    for name, recipe in trained(config).items():
        path = ("recipes", name)
        if recipe["objective"] in TWO_VIEWS:
            yield from _view_problems(path, recipe)
        if recipe["objective"] == "dino":
            yield from _prototype_problems(path, recipe)
        if recipe["objective"] == "supervised":
            yield from _head_problems(path, recipe)
            yield from _vocabulary_problems(path, recipe)


def _view_problems(path: tuple, recipe: dict) -> Iterator[str]:
    if recipe["crop"] == 1 and not recipe["flip"] and recipe["colour"] == 0:
        wrong = f"{recipe['objective']} compares two views of an image, which are the same without augmentation"
        yield at((*path, "crop"), f"{wrong}; set crop below 1, flip: true or colour above 0")
    if "image" in recipe["freeze"]:
        yield at((*path, "freeze"), f"{recipe['objective']} trains the image tower alone; take it out of the list")


def _prototype_problems(path: tuple, recipe: dict) -> Iterator[str]:
    drawn, all_of_them = recipe["prototypes_per_step"], recipe["prototypes"]
    if drawn is not None and drawn > all_of_them:
        wrong = f"{drawn} is more than the {all_of_them} prototypes"
        yield at((*path, "prototypes_per_step"), f"{wrong}; allowed: at most {all_of_them}, or null for all")


def _head_problems(path: tuple, recipe: dict) -> Iterator[str]:
    if "{}" not in recipe["head_template"]:
        wrong = f"{recipe['head_template']!r} has no {{}} for the class name"
        yield at((*path, "head_template"), f"{wrong}; allowed: text with {{}}")
    if recipe["head"] == "text" and recipe["start"].get("towers") in (None, "image"):
        wrong = "text is embedded by the text tower, which here is random and not trained"
        yield at((*path, "head"), f"{wrong}; start from a model with a trained one, or set head: learned")


def _vocabulary_problems(path: tuple, recipe: dict) -> Iterator[str]:
    size, batch = recipe["vocabulary_size"], recipe["batch_size"]
    if size is not None and size <= batch:
        wrong = f"{size} leaves others no room, since a batch of {batch} may hold so many classes, which all stay in"
        yield at((*path, "vocabulary_size"), f"{wrong}; set it above {batch}, or batch_size below {size}")
