"""Pools: from web pages, files or shards to `samples.parquet`, one row per sample, read by random access.

sources.py         tables that lie elsewhere, brought here
metadata.py        a pool's tables as one, a row per sample to be
templates.py       columns, and templates over columns, as SQL

download.py        one chunk of URLs -> sealed shards and rows, in several rounds
launch.py          img2dataset as a process of its own
engine.py          what that process runs: img2dataset with two parts replaced,
bounded.py         one by a client that keeps bounds,
upright.py         one by pictures made upright and of 8 bits
seal.py            img2dataset's shards, checked and with the same bytes each time
preflight.py       a few hundred URLs, to tell of all
webserver.py       a folder or zip on loopback, to be downloaded like any site

pack.py            a folder or zip of images -> shards and rows
folder_or_zip.py   the files of one or the other
adopt.py           webdataset shards -> rows

rows.py            rows with the places of their images
failures.py        classes of what went wrong
index.py           the rows of all chunks -> samples.parquet and card
"""
