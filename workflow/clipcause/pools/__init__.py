"""Pools: from web pages, files or shards to `samples.parquet`, one row per sample, read by random access."""
