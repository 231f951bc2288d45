"""clipcause: which property of the training data causes what CLIP can do.

One sub-package per stage, in the order in which data flow; a stage imports only
what stands before it:

    miniweb, pools, testsets, concepts, models, subsets, training, evaluation, studies, report

Importing the package imports none of them, so a job pays only for what it uses.
"""
