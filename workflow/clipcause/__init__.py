"""clipcause: which property of the training data causes what CLIP can do.

One sub-package per stage, in the order in which data flow; a stage imports only what stands before it:

    miniweb, pools, testsets, concepts, models, embeddings, subsets, training, evaluation, studies, report

Around them: `config` says what the Snakefile's rules make, `session` is what one sees of a run of it, `rates` and
`planning` tell beforehand what a run takes, `doctor` whether it can be. Beneath them: `job`, `files`, `web`, `figures`.

Importing the package imports none of them, so a job pays only for what it uses.
"""
