"""The miniweb: a small web of drawn pictures with captions, whose truth is known.

From the words and shapes of everyday objects (`words`, `shapes` of `parts`) a picture's content is drawn by lot
(`scene`), stood somewhere (`pose`), painted in one of six styles (`paint`, `styles`, `picture`), described (`captions`)
and put on a page that may fail or repeat another (`page`). `pool` makes a web of them, `testsets` the labelled sets by
what they ask for (`questions`), `vocabulary` the words to look for, `sheet` an overview. Every image is a function of
the `settings` and of (seed, stream, number), as `streams` has it.
"""
