"""Training: one loop, many objectives, the same samples in the same order for every arm.

recipe.py       how to train, checked; the learning rate at every step
manifest.py     the samples of a subset
images.py       their pixels, in memory or decoded again for every batch
order.py        which sample is seen when
objectives/     what is minimised: clip, siglip, supervised
loop.py         the loop, and all that changes while it runs
checkpoints.py  a run's state directory: lock, checkpoint, finished run
runs.py         one run from manifest to outputs, and several in one process
"""
