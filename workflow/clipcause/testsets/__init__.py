"""Test sets: an index of labelled images, from a folder in CLIP-benchmark's layout or a held-out part of a pool."""
