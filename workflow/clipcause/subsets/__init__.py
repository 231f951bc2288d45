"""Subsets: an intervention on a pool becomes a manifest of the samples to train on, and a data card."""
