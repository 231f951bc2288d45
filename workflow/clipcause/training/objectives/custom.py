"""An objective of the user's own, from a Python file."""

import inspect
from collections.abc import Mapping
from pathlib import Path

from clipcause.errors import UserError
from clipcause.models.build import ClipModel
from clipcause.training.manifest import Manifest
from clipcause.training.objectives.guarded import guarded
from clipcause.training.objectives.objective import Objective
from clipcause.user_module import user_module


class Custom(Objective):
    """Stands in the registry for the `class` in the file `module`, and makes that one: there are no instances of it.

    The class is a subclass of `Objective`; what it is given as settings are the recipe's `options`.
    """

    keys = ("module", "class", "options")

    def __new__(cls, built: ClipModel, manifest: Manifest, settings: Mapping) -> Objective:
        """Raises UserError if the file cannot be run, has no such class, or if that is no whole Objective or fails.

        So do the methods of what is made, if they fail or do not give what an objective gives.
        """
        path = Path(settings["module"])
        return guarded(_own_class(path, settings["class"]), path)(built, manifest, settings["options"])


def _own_class(path: Path, name: str) -> type[Objective]:
    where = f"objective {name}"
    found = getattr(user_module(path, where), name, None)
    if not inspect.isclass(found):
        raise UserError(f"{where}: {path} has no class of that name")
    if not issubclass(found, Objective):
        raise UserError(f"{where}: the class in {path} is not a subclass of clipcause.training.objectives.Objective")
    if missing := sorted(found.__abstractmethods__):
        raise UserError(f"{where}: the class in {path} lacks {', '.join(missing)}")
    return found
