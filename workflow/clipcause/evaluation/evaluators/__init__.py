"""Evaluators: each reads a run's features and answers on one test set and yields measures of them.

classification.py   accuracy, head and tail, correlations with class frequency, per readout

A new evaluator is a class in a module here and one entry of EVALUATORS. None of them imports torch.
"""

from clipcause.evaluation.evaluators.classification import Classification
from clipcause.evaluation.evaluators.evaluator import Evaluator, Row, Subject

__all__ = ["EVALUATORS", "Evaluator", "Row", "Subject"]

EVALUATORS: tuple[Evaluator, ...] = (Classification(),)
