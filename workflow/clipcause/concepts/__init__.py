"""Concepts: a vocabulary in, how many captions mention each concept out."""
