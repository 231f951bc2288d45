"""Studies: runs that are compared, with intervals over training seeds and test samples, claims and figures.

compare   predictions and evidence of all runs -> {estimates,classes,effects,robustness,nearness}.parquet, claims.json
figures   these six -> figures/{name}.svg, .png, .csv and index.json
fetch, tabulate   what others published of public models -> tables
public    these tables -> robustness.parquet, correlations.parquet, claims.json and figures

runs.py        the runs of a study, read and checked to be comparable
resampling.py  the paired bootstrap over test samples
intervals.py   intervals of contrasts, over samples and seeds; how well they cover is simulated in the tests
measured.py    all measures of all arms on a test set, of answers and of evidence
estimates.py   the tables made of them
measures.py    what a claim may be about
pairing.py     values of runs over test sets and readouts, put together one by one
averages.py    a measure in the mean over test sets, as contrasts ask for it
answers.py     the estimate of what a claim or effect asks
claims.py      contrasts with a margin, and their verdicts
effects.py     contrasts side by side
compare.py     a whole study, into the files of compared.py
figures/       what is drawn of it

robustness.py            effective robustness: a line through baselines, and how far models are off it
robustness_intervals.py  the same for our runs, with resamples and seeds
shifts.py                the same for the arms of a study, from their predictions
shift_tables.py          its tables
similarity.py            accuracy of test points against their similarity to the training images
nearness.py              the same for the arms of a study
public/                  effective robustness and frequency correlations of public models
relative.py              which of two measures an intervention cuts by the larger share
"""
