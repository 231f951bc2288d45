"""Figures of a study: each yields the table it draws and draws it; written as SVG, PNG and CSV.

    figure.py     what they draw from, and their registry
    further.py    tables that not every study has: similarity, bias of data, neural collapse
    rows.py       rows of arms and of test sets
    draw.py       how all of them are written
    curves.py     what a study asks for: measures against a number in which arms differ
    effects.py    what a study asks for: contrasts side by side, a figure per group
    by_class.py   accuracy and number of predictions against class frequency
    by_arm.py     correlations with class frequency, with seeds and intervals
    by_testset.py accuracy per test set
    by_readout.py accuracy by readout, arm and test set
    by_shift.py   accuracy on shifts against accuracy in distribution, with the baselines' line (shift_panel.py)
    by_nearness.py accuracy against similarity to the training images
    by_vocabulary.py transfer: test sets that ask for something else, and their classes' frequencies
    by_similarity.py how near test samples are to subsets and to the reference set
    by_measure.py retrieval, bias by attribute, accuracy of frequent and rare classes
    by_collapse.py neural collapse of classes against class frequency
    data_bias.py  bias of data, and what became of it in models
    quality.py    accuracy and retrieval beside bias
    claims.py     estimate, interval and margin of every claim

A new figure is a class under the `figure` decorator in one of these modules, or in a module that is imported below.
"""

from clipcause.studies.figures import (  # noqa: F401, each registers its figures
    by_arm,
    by_class,
    by_collapse,
    by_measure,
    by_nearness,
    by_readout,
    by_shift,
    by_similarity,
    by_testset,
    by_vocabulary,
    claims,
    data_bias,
    quality,
)
from clipcause.studies.figures.draw import draw_figures
from clipcause.studies.figures.figure import FIGURES
from clipcause.studies.figures.further import FurtherFiles

__all__ = ["FIGURES", "FurtherFiles", "draw_figures"]
