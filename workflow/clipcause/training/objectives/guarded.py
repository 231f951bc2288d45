"""A class of the user's own, held to what every objective promises."""

import traceback
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import torch

from clipcause.errors import UserError
from clipcause.training.objectives.objective import Objective


def guarded(own: type[Objective], path: Path) -> type[Objective]:
    """The class `own` of the file `path`; where it fails or gives back something else, that is a UserError."""
    where = f"objective {own.__name__} in {path}"

    class Guarded(own):
        def __init__(self, *given: object) -> None:
            _called(where, path, super().__init__, *given)

        def features(self, views: tuple[torch.Tensor, ...], rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
            made = _called(where, path, super().features, views, rows)
            if not isinstance(made, tuple) or not all(_is_of_samples(each, len(rows)) for each in made):
                raise UserError(
                    f"{where}: features gives {_described(made)}; for {len(rows)} samples it must give a tuple of "
                    f"tensors [{len(rows)}, ...]"
                )
            return made

        def loss(
            self, features: tuple[torch.Tensor, ...], rows: torch.Tensor, generator: torch.Generator
        ) -> torch.Tensor:
            made = _called(where, path, super().loss, features, rows, generator)
            if not isinstance(made, torch.Tensor) or made.shape != ():
                raise UserError(f"{where}: loss gives {_described(made)}; it must give one number, a tensor []")
            if not made.requires_grad:
                raise UserError(f"{where}: its loss hangs on nothing that is trained; make it of the features")
            return made

        def after_step(self, progress: float) -> None:
            _called(where, path, super().after_step, progress)

    Guarded.__name__ = Guarded.__qualname__ = own.__name__
    return Guarded


def _called(where: str, path: Path, method: Callable, *given: object) -> object:
    try:
        with chdir("."):  # outputs are found from the working directory: it is as before
            return method(*given)
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        at, said = (f" at line {lines[-1]}" if lines else ""), (str(error).splitlines() or [""])[0]
        raise UserError(f"{where} failed{at}: {type(error).__name__}: {said}") from error


def _is_of_samples(made: object, samples: int) -> bool:
    return isinstance(made, torch.Tensor) and made.shape[:1] == (samples,)


def _described(made: object) -> str:
    """What something is, for people: types, and the shapes of tensors."""
    if isinstance(made, tuple):
        return f"({', '.join(map(_described, made))})"
    return f"a tensor {list(made.shape)}" if isinstance(made, torch.Tensor) else f"a {type(made).__name__}"
