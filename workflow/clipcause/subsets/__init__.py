"""Subsets: an intervention on pools or on other subsets becomes a manifest of the samples to train on, and a data card.

order.py         what is asked: settings, and the files that a subset is made from
candidates.py    the samples that an intervention may choose from
interventions/   the methods by name; each leaves a Selection of the candidates
selection.py     what it leaves, and changes
build.py         order -> manifest, card, record of what went
large.py         set operations that memory cannot hold

embedded.py      candidates and test images as vectors
clusters.py      images in clusters
attributes.py    whether a sample has an attribute; its bias
patterns.py      combinations of attributes and labels
bias.py          RB and AB
moments.py       the weights that balance them, exactly

details.py       manifest -> what a data card says beyond sizes: attributes,
likeness.py      similarity to test images and within,
truth.py         truth, where a pool has one

materialize.py   manifest -> webdataset shards
"""
