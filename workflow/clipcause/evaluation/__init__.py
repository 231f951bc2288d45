"""Evaluation: what runs answer on every test set, and what these answers measure.

encode    run directories, test sets -> features.safetensors    (torch; one process serves many runs)
check     test sets, vocabulary -> classes.json                 (before anything is trained)
evaluate  features, test sets, class frequency -> predictions and measures.parquet, evidence.safetensors  (no torch)

check.py      what a study asks of its test sets
testset.py    test sets: what they ask, which samples they hold, and that nobody learned from these
images.py     their images in batches, decoded once per image size
texts.py      the prompts that are asked of them
encode.py     many runs on many test sets
features.py   stored features, written and read
readouts/     how an answer is read out of features: head, prompts, probes
answers.py    from scores to predictions and ranks
outcomes.py   stored predictions, read and checked
frequencies.py      class frequencies, by the vocabulary that a test set asks by
frequency_flags.py  the flags that say where they are
tally.py      counts per class under many weightings of the samples: what the measures read
measures.py   the registry of measures of classification, which studies apply to resamples too
weighting.py  means under many weightings
attributes.py what samples show besides their class
association.py, collapse.py, groups.py, retrieval.py    what is measured, as functions of arrays
evaluators/   the same of a run on a test set
evidence.py   per-sample arrays that further measures are functions of, which studies apply to resamples too
evaluate.py   many runs through all readouts and evaluators
"""
