"""The miniweb: a small web of drawn pictures with captions, whose truth is known.

From the words and shapes of everyday objects (`words`, `shapes`) a picture's content is drawn by lot
(`scene`), painted in one of six styles (`paint`, `styles`, `picture`), described (`captions`) and put
on a page that may fail or repeat another (`page`). `pool` makes a web of them, `testsets` the labelled
sets, `vocabulary` the words to look for. Every image is a function of (seed, stream, number).
"""
