"""What the objective of a recipe asks of its other keys."""

from collections.abc import Iterator

from clipcause.config.messages import at
from clipcause.config.recipes import trained

SELF_SUPERVISED = ("simclr", "dino")
"""The objectives that compare two views of every image, and train neither a head nor the text tower."""

WITHOUT_CAPTIONS = ("supervised", *SELF_SUPERVISED)
"""The objectives that do not train the text tower."""


def objective_problems(config: dict) -> Iterator[str]:
    """Yield one line per recipe whose objective cannot be trained so."""
    for name, recipe in trained(config).items():
        path = ("recipes", name)
        if recipe["objective"] in SELF_SUPERVISED:
            yield from _view_problems(path, recipe)
        if recipe["objective"] == "dino":
            yield from _prototype_problems(path, recipe)
        if recipe["objective"] == "supervised":
            yield from _head_problems(path, recipe, config)
            yield from _vocabulary_problems(path, recipe)
        elif recipe["objective"] not in WITHOUT_CAPTIONS:
            yield from _frozen_text_problems(path, recipe, config)


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


def _head_problems(path: tuple, recipe: dict, config: dict) -> Iterator[str]:
    if "{}" not in recipe["head_template"]:
        wrong = f"{recipe['head_template']!r} has no {{}} for the class name"
        yield at((*path, "head_template"), f"{wrong}; allowed: text with {{}}")
    if recipe["head"] == "text" and not _starts_with_trained_text(recipe, config):
        wrong = "text is embedded by the text tower, which here is random and not trained"
        yield at((*path, "head"), f"{wrong}; start from a model with a trained one, or set head: learned")


def _frozen_text_problems(path: tuple, recipe: dict, config: dict) -> Iterator[str]:
    """A random text tower may be frozen, but not by mistake: as that of a run which did not train it."""
    start = recipe["start"]
    if "text" in recipe["freeze"] and _takes_text(start) and not _starts_with_trained_text(recipe, config):
        wrong = f"the text tower of {start['recipe']} is random and not trained, and would stay so"
        yield at((*path, "freeze"), f"{wrong}; start from a recipe that trains it, or take text out of the list")


def _takes_text(start: dict) -> bool:
    return start.get("towers") in ("both", "text")


def _starts_with_trained_text(recipe: dict, config: dict) -> bool:
    """Whether the text tower that a recipe starts with was trained, by the recipe it starts from or one before that."""
    start = recipe["start"]
    if not _takes_text(start) or start["source"] == "open_clip":
        return _takes_text(start)
    theirs = config["recipes"][start["recipe"]]
    if theirs["objective"] == "pretrained":
        return True
    trains_it = theirs["objective"] not in WITHOUT_CAPTIONS and "text" not in theirs["freeze"]
    return trains_it or _starts_with_trained_text(theirs, config)


def _vocabulary_problems(path: tuple, recipe: dict) -> Iterator[str]:
    size, batch = recipe["vocabulary_size"], recipe["batch_size"]
    if size is not None and size <= batch:
        wrong = f"{size} leaves others no room, since a batch of {batch} may hold so many classes, which all stay in"
        yield at((*path, "vocabulary_size"), f"{wrong}; set it above {batch}, or batch_size below {size}")
