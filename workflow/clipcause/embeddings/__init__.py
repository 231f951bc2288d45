"""Embeddings: images and texts as unit vectors, made once, kept in fp16 with their uids, compared in fp32.

embedder.py     a model that turns pixels and texts into vectors, and what identifies it
batch_size.py   how many fit into memory at once
encoders.py     images and captions through an embedder, in batches
items.py        what a table holds to embed: images by shard, captions by block
embed.py        table -> folder of parquet files, one per shard, resumable
store.py        that folder, read in blocks
nearest.py      largest similarities, block by block
reference.py    how near a reference set comes to test sets
"""
