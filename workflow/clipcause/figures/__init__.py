"""Figures of any stage: how one is declared and written, and the look that all share."""
