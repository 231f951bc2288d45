"""Class names, prompts and names of configs that open_clip ships, read from its files: importing it takes seconds."""

import ast
import importlib.util
from functools import cache
from pathlib import Path

from clipcause.errors import UserError


def imagenet_names() -> list[str]:
    """The names of ImageNet's 1,000 classes, in the order of the classes. Raises UserError without open_clip."""
    return list(ast.literal_eval(_assigned("IMAGENET_CLASSNAMES")))


def imagenet_templates() -> list[str]:
    """The 80 prompts for ImageNet's classes; `{c}` stands for the class name. Raises UserError without open_clip."""
    return [
        "".join(part.value if isinstance(part, ast.Constant) else "{c}" for part in function.body.values)
        for function in _assigned("OPENAI_IMAGENET_TEMPLATES").elts
    ]


def imagenet_wnids() -> list[str]:
    """WordNet's numbers of ImageNet's classes, such as n01440764, in the order of the classes.

    They are timm's, without which there is no open_clip. Raises UserError without it.
    """
    return _file("data/_info/imagenet_synsets.txt", "timm").read_text(encoding="utf-8").split()


def config_names() -> list[str]:
    """The names of open_clip's model configs. Raises UserError without open_clip."""
    return sorted(config.stem for config in _file("model_configs").glob("*.json"))


def _file(name: str, package: str = "open_clip") -> Path:
    """A file or folder of the package."""
    found = importlib.util.find_spec(package)
    if found is None:
        raise UserError(f"{package} is not installed; pip install open_clip_torch")
    return Path(found.origin).parent / name


@cache
def _assigned(name: str) -> ast.expr:
    """What open_clip's module of names and prompts assigns to `name`."""
    source = _file("zero_shot_metadata.py")
    for statement in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == name:
            return statement.value
    raise UserError(f"{source}: has no {name}; this version of open_clip keeps it elsewhere")
