"""A pool of the miniweb: a table of URLs with captions, and the site that answers them."""

import multiprocessing
import signal
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from clipcause.errors import UserError
from clipcause.files.outputs import whole
from clipcause.job.progress import Progress
from clipcause.miniweb.page import Page, draw_page
from clipcause.miniweb.scene import Wish
from clipcause.miniweb.settings import Settings

POOLS = {"diverse": Wish(), "photo": Wish(style="photo")}
"""What each pool holds: all styles, or plain photographs."""

CHUNK = 1000
"""Pages drawn together: one task for a process, one row group of the table."""

SCHEMA = pa.schema(
    [
        ("url", pa.string()),
        ("caption", pa.string()),
        ("title", pa.string()),
        ("tags", pa.string()),
        ("description", pa.string()),
        ("label", pa.string()),
        ("ribbon", pa.string()),
        ("truth_style", pa.string()),
        ("truth_duplicate_group", pa.int64()),
        ("truth_attribute", pa.string()),
        ("truth_caption_right", pa.bool_()),
        ("truth_fault", pa.string()),
    ]
)


def write_pool(name: str, settings: Settings, site: str | Path, metadata: str | Path, threads: int) -> None:
    """Draw the pool `name`: `site`, a zip of the files by path, and `metadata`, a table of URLs and captions.

    Both are written as the pages come, so memory does not grow with the pictures; their bytes depend on
    the settings alone. Raises UserError for a name that is no pool.
    """
    if name not in POOLS:
        raise UserError(f"miniweb pool {name}: there is none of that name; there are {', '.join(POOLS)}")
    progress, done = Progress(f"miniweb pool {name}", settings.images, "pages"), 0
    with (
        whole(site) as site_part,
        whole(metadata) as metadata_part,
        zipfile.ZipFile(site_part, "w", zipfile.ZIP_STORED) as files,
        pq.ParquetWriter(metadata_part, SCHEMA) as table,
    ):
        for pages in _chunks(name, settings, threads):
            table.write_table(pa.Table.from_pylist([page.row for page in pages], SCHEMA))
            for page in pages:
                if page.content is not None:
                    files.writestr(_entry(page.path), page.content)
            done += len(pages)
            progress.update(done)


def draw_pages(name: str, settings: Settings, numbers: range) -> list[Page]:
    """The pages of a pool that have these numbers."""
    return [draw_page(settings, f"pool {name}", number, POOLS[name]) for number in numbers]


def _chunks(name: str, settings: Settings, threads: int) -> Iterator[list[Page]]:
    draw = partial(draw_pages, name, settings)
    chunks = [range(start, min(start + CHUNK, settings.images)) for start in range(0, settings.images, CHUNK)]
    if threads == 1:
        yield from map(draw, chunks)
        return
    with multiprocessing.get_context("spawn").Pool(threads, initializer=_follow_parent) as processes:
        yield from processes.imap(draw, chunks)


def _follow_parent() -> None:
    """Leave it to the parent to answer Ctrl-C and to say what stopped."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry
