"""Public models, measured like our own from published tables; no study hangs on any of it.

fetch.py    the files that others published, each known by its digest
layouts.py  these files made into tables
tables.py   effective robustness, and accuracy by class frequency, of public models
pools.py    which pool a public model was trained on
claims.py   claims about these pools, and their verdicts
figures.py  what is drawn
measure.py  all of it, from tables to files
"""
