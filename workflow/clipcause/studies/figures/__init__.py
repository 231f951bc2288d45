"""Figures of a study: each yields the table it draws and draws it; written as SVG, PNG and CSV.

    figure.py     what they draw from, and their registry
    by_class.py   accuracy and number of predictions against class frequency
    by_arm.py     correlations, and accuracy per test set, with seeds and intervals
    by_readout.py accuracy by readout, arm and test set
    by_shift.py   accuracy on shifts against accuracy in distribution, with the baselines' line (shift_panel.py)
    by_nearness.py accuracy against similarity to the training images
    by_measure.py retrieval, and bias by attribute
    by_vocabulary.py transfer: test sets that ask for something else, and their classes' frequencies
    claims.py     estimate, interval and margin of every claim
    effects.py    contrasts side by side, a figure per group of effects
    draw.py       all of them, written

A new figure is a class under the `figure` decorator in one of these modules, or in a module that is imported below.
"""

from clipcause.studies.figures import (
    by_arm,
    by_class,
    by_measure,
    by_nearness,
    by_readout,
    by_shift,
    by_vocabulary,
    claims,
)
from clipcause.studies.figures.draw import draw_figures
from clipcause.studies.figures.figure import FIGURES, StudyTables

__all__ = [
    "FIGURES",
    "StudyTables",
    "by_arm",
    "by_class",
    "by_measure",
    "by_nearness",
    "by_readout",
    "by_shift",
    "by_vocabulary",
    "claims",
    "draw_figures",
]
