"""Evaluators of the user's own, from Python files."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from clipcause.errors import UserError
from clipcause.evaluation.evaluators.evaluator import Evaluator, Row, Subject
from clipcause.evaluation.evidence import Evidence, EvidenceMeasure
from clipcause.evaluation.measures import UndefinedError
from clipcause.user_module import user_module, users_code


class Custom(Evaluator):
    """Stands for the `class` in the file `module`, which gets the options: its measures bear the evaluator's name.

    `sharpness` of the evaluator `mine` is `mine.sharpness` in tables and claims, so that no two share a name.
    """

    def __init__(self, name: str, settings: Mapping) -> None:
        """Raises UserError if the file cannot be run, or has no such class, or that is no Evaluator or fails."""
        self._name, self._path, self._class = name, Path(settings["module"]), settings["class"]
        own = getattr(user_module(self._path, f"evaluator {name}"), self._class, None)
        if not inspect.isclass(own) or not issubclass(own, Evaluator):
            wrong = "no subclass of clipcause.evaluation.evaluators.Evaluator"
            raise UserError(f"evaluator {name}: {self._path} has {wrong} of the name {self._class}")
        self._own = self._run(own, settings["options"])
        self.measures = tuple(self._named(each) for each in self._run(lambda: tuple(self._own.measures)))

    def evidence(self, subject: Subject) -> Iterator[Evidence]:
        """See Evaluator."""
        for each in self._run(lambda: list(self._own.evidence(subject))):
            if not isinstance(each, Evidence):
                raise UserError(f"{self._where}: evidence yields a {type(each).__name__}, not an Evidence")
            if wrong := _fault(each):
                raise UserError(f"{self._where}: an Evidence {wrong}")
            yield each

    def rows(self, subject: Subject) -> Iterator[Row]:
        """See Evaluator."""
        for row in self._run(lambda: list(self._own.rows(subject))):
            if not isinstance(row, Row):
                raise UserError(f"{self._where}: rows yields a {type(row).__name__}, not a Row")
            yield row._replace(measure=f"{self._name}.{row.measure}")

    def _named(self, measure: EvidenceMeasure) -> EvidenceMeasure:
        if not isinstance(measure, EvidenceMeasure):
            raise UserError(f"{self._where}: measures holds a {type(measure).__name__}, not an EvidenceMeasure")

        def function(quantities: Mapping[str, np.ndarray], weights: np.ndarray | None) -> np.ndarray:
            found = self._run(measure.function, quantities, weights)
            count = 1 if weights is None else len(weights)
            if np.shape(found) != (count,):
                wrong = f"gives an array of shape {np.shape(found)} under {count} weightings, not ({count},)"
                raise UserError(f"{self._where}: the measure {measure.name} {wrong}")
            return found

        return replace(measure, name=f"{self._name}.{measure.name}", function=function)

    @property
    def _where(self) -> str:
        return f"evaluator {self._name}: {self._class} in {self._path}"

    def _run(self, function: Callable, *given: object) -> object:
        """What a function of the user's gives; its errors name it, but for the two that it may raise."""
        with users_code(f"{self._where} failed", UndefinedError):
            return function(*given)


def _fault(evidence: Evidence) -> str | None:
    """What makes evidence unfit to be stored, in words."""
    if bool(evidence.quantities) == (evidence.reason is not None):
        return "holds either quantities or the reason why there are none"
    for name, array in evidence.quantities.items():
        if not isinstance(array, np.ndarray | np.number) or array.dtype.kind not in "biuf":
            return f"holds {name!r}, which is no array of numbers"
        if "/" in name:
            return f"holds {name!r}; a quantity's name has no /"
    return None
