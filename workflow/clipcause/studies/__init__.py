"""Studies: runs that are compared, with intervals over training seeds and test samples, claims and figures.

compare   predictions and evidence of all runs -> estimates.parquet, classes.parquet, claims.json
figures   these three -> figures/{name}.svg, .png, .csv and index.json

runs.py        the runs of a study, read and checked to be comparable
resampling.py  the paired bootstrap over test samples
intervals.py   intervals of contrasts, over samples and seeds; how well they cover is simulated in the tests
measured.py    all measures of all arms on a test set, of answers and of evidence
estimates.py   the tables made of them
claims.py      contrasts with a margin, and their verdicts
compare.py     a whole study
figures/       what is drawn of it

robustness.py            effective robustness: a line through baselines, and how far models are off it
robustness_intervals.py  the same for our runs, with resamples and seeds
similarity.py            accuracy of test points against their similarity to the training images
relative.py              which of two measures an intervention cuts by the larger share
"""
