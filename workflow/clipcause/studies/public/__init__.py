"""Public models, measured like our own from published tables: outside the workflow, whose studies hang on none of it.

tables.py   effective robustness, and accuracy by class frequency, of public models
pools.py    which pool a public model was trained on
figures.py  what is drawn of them
"""
