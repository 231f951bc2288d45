"""Figures of concept frequencies: what was counted side by side, each as SVG, PNG and CSV.

tables.py      what they draw from, their registry, intervals of shares
ranking.py     frequency by rank with Zipf's exponent, and the ends of the ranking
pools.py       one pool's shares against another's
agreement.py   precision and recall of captions against the samples' own labels
"""

from clipcause.concepts.figures import agreement, pools, ranking
from clipcause.concepts.figures.tables import FIGURES, FrequencyTables, draw_figures

__all__ = ["FIGURES", "FrequencyTables", "agreement", "draw_figures", "pools", "ranking"]
