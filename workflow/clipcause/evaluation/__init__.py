"""Evaluation: what a run predicts on every test set, and what those predictions measure.

predict   run directories, test sets -> predictions.parquet   (torch; one process serves many runs)
measure   predictions, class frequency -> measures.parquet    (no torch)

testset.py      test sets, their images in batches, decoded once per image size
classifiers.py  zero-shot by prompts, or by the head of a supervised model
predict.py      many runs on many test sets
outcomes.py     stored predictions and class frequencies, read and checked
tally.py        counts per class under many weightings of the samples: what the measures read
measures.py     the registry of measures, which studies apply to resamples too
measure.py      all measures of one run
"""
