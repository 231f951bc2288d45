"""Run img2dataset on a table of URLs, in a process of its own, telling how far it is."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from clipcause.errors import UserError
from clipcause.progress import Progress

POLL_SECONDS = 1.0
LAST_WORDS = 15  # lines of img2dataset's output that an error shows


def fetch(urls: Path, output: Path, pool: dict, count: int, processes: int) -> None:
    """Download the `count` rows (row, url) of the parquet `urls` into webdataset shards in the folder `output`.

    `pool` holds the pool's resolved settings. img2dataset exits with 0 even if shards are lost, so what it
    wrote is to be checked. Raises UserError with its last words if it fails, and if the disk is full, for then it
    may hang.
    """
    settings = {
        "url_list": urls,
        "input_format": "parquet",
        "save_additional_columns": '["row"]',
        "output_folder": output,
        "output_format": "webdataset",
        "processes_count": processes,
        "thread_count": pool["connections"],
        "number_sample_per_shard": pool["samples_per_shard"],
        "image_size": pool["image_size"],
        "resize_mode": pool["resize_mode"],
        "resize_only_if_bigger": pool["resize_only_if_bigger"],
        "encode_quality": pool["encode_quality"],
        "skip_reencode": True,
        "extract_exif": False,
        "compute_hash": "None",
        "timeout": pool["timeout_seconds"],
        "retries": pool["retries"],
    }
    command = [sys.executable, "-m", "img2dataset.main", *(f"--{key}={value}" for key, value in settings.items())]
    spoken = urls.with_name("img2dataset.log")
    with open(spoken, "wb") as messages:
        downloader = subprocess.Popen(
            command,
            stdout=messages,
            stderr=messages,
            env=os.environ | {"NO_ALBUMENTATIONS_UPDATE": "1"},
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        progress = Progress("download", count, "URLs")
        try:
            while downloader.poll() is None:
                time.sleep(POLL_SECONDS)
                progress.update(_done(output))
                if b"No space left on device" in spoken.read_bytes():
                    raise UserError(f"{output}: the disk is full; make room and run this again")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(downloader.pid, signal.SIGKILL)
            downloader.wait()
    if downloader.returncode:
        tail = spoken.read_text(errors="replace").strip().splitlines()[-LAST_WORDS:]
        raise UserError("img2dataset failed; its last words:\n" + "\n".join(tail))


def statistics(shard: Path) -> dict:
    """img2dataset's own counts of one of its shards, found by the shard's table of rows."""
    return json.loads(shard.with_name(f"{shard.stem}_stats.json").read_text())


def _done(output: Path) -> int:
    """How many URLs the shards that are complete account for."""
    done = 0
    for file in output.glob("*_stats.json"):
        with contextlib.suppress(ValueError):  # it is being written
            done += json.loads(file.read_text())["count"]
    return done


def _die_with_parent() -> None:
    """Ask Linux to end img2dataset when this process is killed, so that no orphan goes on downloading."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
