"""Run img2dataset on a table of URLs, in a process of its own, telling how far it is."""

import contextlib
import ctypes
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from clipcause.errors import UserError
from clipcause.files.disk import disk_full, says_full
from clipcause.files.outputs import read_json, write_json
from clipcause.job.progress import Progress
from clipcause.job.took import still_starting

POLL_SECONDS = 1.0
LAST_WORDS = 15  # lines of img2dataset's output that an error shows
PATIENCE = 3  # times the longest silence that the bounds allow, before a download counts as stuck
START_SECONDS = 600  # for img2dataset to start, on a slow disk; its workers start anew every few shards
BUFFERED = 100  # rows that img2dataset keeps before it writes
SECONDS = ".seconds"  # suffix of a shard's file that says how long its URLs took, one after the other


def run_img2dataset(urls: Path, output: Path, pool: dict, count: int, processes: int) -> None:
    """Download the `count` rows (row, url) of the parquet `urls` into webdataset shards in the folder `output`.

    `pool` holds the pool's resolved settings. img2dataset exits with 0 even if shards are lost, so what it
    wrote is to be checked. Raises DiskFullError, for then it may hang, and UserError with its last words if it fails,
    and if it writes nothing any more: a worker of it that was killed is waited for, for ever.
    """
    _check_installed(pool["distributor"])
    settings, spoken = urls.with_name("img2dataset.json"), urls.with_name("img2dataset.log")
    write_json(settings, arguments(urls, output, pool, processes))
    launched = time.time()
    with open(spoken, "wb") as messages:
        downloader = subprocess.Popen(
            [sys.executable, "-m", "clipcause.pools.engine", str(settings)],
            stdout=messages,
            stderr=messages,
            env=os.environ | {"NO_ALBUMENTATIONS_UPDATE": "1", "OPENCV_IO_MAX_IMAGE_PIXELS": str(pool["max_pixels"])},
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        progress, last, patience = Progress("download", count, "URLs"), (time.monotonic(), -1), _patience(pool)
        try:
            while downloader.poll() is None:
                time.sleep(POLL_SECONDS)
                progress.update(_done(output))
                _refuse_full_disk(spoken, output)
                written = _written(output)
                if written != last[1]:
                    last = (time.monotonic(), written)
                elif time.monotonic() - last[0] > patience:
                    raise UserError(
                        f"img2dataset wrote nothing for {patience:.0f} s; a process of it may have been killed for "
                        f"want of memory: give the rule more mem_mb, or lower connections. {_last_words(spoken)}"
                    )
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(downloader.pid, signal.SIGKILL)
            downloader.wait()
    _refuse_full_disk(spoken, output)
    if downloader.returncode:
        raise UserError(f"img2dataset failed. {_last_words(spoken)}")
    still_starting(_share_of_start(output, launched, time.time()))


def arguments(urls: Path, output: Path, pool: dict, processes: int) -> dict:
    """What the engine is told: img2dataset's arguments, and our own under `bounds` and `master`."""
    return {
        "url_list": str(urls),
        "input_format": "parquet",
        "save_additional_columns": ["row"],
        "output_folder": str(output),
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
        "compute_hash": None,
        "timeout": pool["timeout_seconds"],
        "retries": pool["retries"],
        "user_agent_token": pool["user_agent"],
        "disallowed_header_directives": pool["opt_out"],
        "distributor": pool["distributor"],
        "subjob_size": pool["subjob_size"],
        "bounds": {"deadline": pool["deadline_seconds"], "most_bytes": pool["max_bytes"]},
        "master": pool["master"],
    }


def statistics(shard: Path) -> dict:
    """img2dataset's own counts of one of its shards, found by the shard's table of rows.

    With `url_seconds`, the time that its URLs took, added up.
    """
    counts = read_json(shard.with_name(f"{shard.stem}_stats.json"))
    return counts | {"url_seconds": float(shard.with_suffix(SECONDS).read_text())}


def _refuse_full_disk(spoken: Path, output: Path) -> None:
    if says_full(spoken.read_text(errors="replace")):
        raise disk_full(output)


def _done(output: Path) -> int:
    """How many URLs the shards that are complete account for."""
    done = 0
    for file in output.glob("*_stats.json"):
        with contextlib.suppress(ValueError):  # it is being written
            done += json.loads(file.read_text())["count"]
    return done


def _written(output: Path) -> int:
    """How many bytes are in the shards so far."""
    return sum(file.stat().st_size for file in output.glob("[0-9]*") if file.exists())


def _patience(pool: dict) -> float:
    """How long img2dataset may write nothing, in seconds, even where no URL answers and it keeps rows back."""
    slowest = (pool["deadline_seconds"] + pool["timeout_seconds"]) * (pool["retries"] + 1)
    return START_SECONDS + PATIENCE * slowest * -(-BUFFERED // pool["connections"])


def _check_installed(distributor: str) -> None:
    if distributor != "multiprocessing" and importlib.util.find_spec(distributor) is None:
        raise UserError(
            f"distributor: {distributor} is not installed; `pip install {distributor}` into the environment of the "
            "workflow, on every machine that downloads, or set distributor: multiprocessing"
        )


def _last_words(spoken: Path) -> str:
    tail = spoken.read_text(errors="replace").strip().splitlines()[-LAST_WORDS:]
    return "\n".join(["Its last words:", *tail])


def _share_of_start(output: Path, launched: float, ended: float) -> float:
    """The share of img2dataset's time that passed before it fetched, by the begin of its first shard (epoch)."""
    begun = [json.loads(file.read_text())["start_time"] for file in output.glob("*_stats.json")]
    first = min(begun, default=launched)
    return min(max((first - launched) / max(ended - launched, 1e-9), 0.0), 1.0)


def _die_with_parent() -> None:
    """Ask Linux to end img2dataset when this process is killed, so that no orphan goes on downloading."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
