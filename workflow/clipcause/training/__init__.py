"""Training: one loop, many objectives, the same samples in the same order for every arm.

recipe.py        how to train, checked; the learning rate at every step
manifest.py      the samples of a subset
images.py        their pixels, in memory or decoded again for every batch
blocks.py        shards read block by block
order.py         which sample is seen when
phases.py        one subset after another
augmentation.py  random crops, mirror images and colours
start.py         the model that a run starts from
objectives/      what is minimised
passes.py        the gradients of a batch, in parts, on devices, in any precision
devices.py       the processes that share every batch
optimizer.py     what makes a step of the gradients
loop.py          the loop, and all that changes while it runs
board.py         its learning curve as it grows
checkpoints.py   a run's state directory: lock, checkpoint, finished run
machine.py       threads and memory of this process
signals.py       signals held back until a good moment
taken.py         a model that others trained, as a run
run.py           one run from manifest to outputs
records.py       what a finished run says of itself
runs.py          several runs in one process, or shared by several
"""
