"""A few hundred URLs of a pool before all of them: what share answers, what fails and why, how long all will take."""

import random
from pathlib import Path

import pyarrow.compute as pc
from scipy.stats import binomtest

from clipcause.database import table
from clipcause.files.outputs import remove, write_json
from clipcause.job.command import log
from clipcause.pools.download import fetch_places
from clipcause.pools.failures import SUCCESS
from clipcause.pools.metadata import count_rows

LEVEL = 0.95  # of the interval
ADVICE = {
    "dns": "names are not found: let a resolver that caches run on each machine that downloads (docs/pools.md)",
    "timeout": "hosts are slow, or the line is full: lower connections, or raise timeout_seconds",
    "http_429": "hosts ask for less: lower connections",
}
MUCH = 0.05  # share of the URLs from which on a class of failures gets an advice


def preflight(name: str, prepared: Path, pool: dict, urls: int, seed: int, output: Path, threads: int) -> None:
    """Fetch `urls` URLs of the `prepared` metadata, drawn by `seed`, and write what they tell of the whole to `output`.

    `pool` holds the pool's resolved settings. A JSON: how many URLs of each outcome, the share with an image with its
    95 % interval (Wilson), whether `min_success` will be met, and the images, bytes and hours to expect. The rate is
    that of the connections at work all the time: their number over the mean seconds that a URL takes.
    """
    rows = count_rows(prepared)
    drawn = sorted(random.Random(seed).sample(range(rows), min(urls, rows)))
    query = f"SELECT row, address FROM {table(prepared)} WHERE row IN ({', '.join(map(str, drawn))})"
    shards = output.with_name(f".{output.stem}.shards")
    fewer = -(-len(drawn) // threads)  # URLs of each process, so that all of them have some
    try:
        places, counts = fetch_places(
            query, pool | {"samples_per_shard": min(fewer, pool["samples_per_shard"])}, output, shards, threads
        )
    finally:
        remove(shards)
    successes = pc.sum(pc.equal(places["status"], SUCCESS)).as_py() or 0
    classes = pc.value_counts(places["error_class"].drop_null()).to_pylist()
    failures = {each["values"]: each["counts"] for each in sorted(classes, key=lambda each: -each["counts"])}
    told = judged(rows, len(drawn), successes, pc.sum(places["size"]).as_py() or 0, pool["min_success"])
    seconds = sum(shard["url_seconds"] for shard in counts) / len(drawn)
    rate = threads * pool["connections"] / seconds
    told |= {
        "failures": failures,
        "seconds_per_url": round(seconds, 4),
        "urls_per_second": round(rate, 2),
        "hours": round(rows / rate / 3600, 3),
        "processes": threads,
        "connections": pool["connections"],
        "seed": seed,
    }
    write_json(output, {"pool": name} | told)
    _tell(name, told)


def judged(rows: int, drawn: int, successes: int, size: int, min_success: float) -> dict:
    """What `successes` of `drawn` URLs, whose images have `size` bytes in all, tell of `rows` URLs."""
    low, high = binomtest(successes, drawn).proportion_ci(LEVEL, "wilson")
    met = "yes" if low >= min_success else "no" if high < min_success else "open"
    return {
        "rows": rows,
        "drawn": drawn,
        "successes": successes,
        "success": round(successes / drawn, 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "min_success": min_success,
        "min_success_met": met,
        "images": round(rows * successes / drawn),
        "bytes": round(rows * size / drawn),
    }


def _tell(name: str, told: dict) -> None:
    shares = f"{told['success']:.1%} [{told['low']:.1%}, {told['high']:.1%}]"
    log.info("pool %s: %d of %d URLs have an image, %s", name, told["successes"], told["drawn"], shares)
    if told["failures"]:
        log.info("failures: %s", ", ".join(f"{error} {count}" for error, count in told["failures"].items()))
    log.info(
        "of %s URLs expect %s images, %.1f GB, %.1f hours of one job at %.0f URLs/s",
        f"{told['rows']:,}",
        f"{told['images']:,}",
        told["bytes"] / 1e9,
        told["hours"],
        told["urls_per_second"],
    )
    if told["min_success_met"] != "yes":
        verdict = {"no": "will not be met", "open": "may not be met"}[told["min_success_met"]]
        log.warning("pool %s: min_success %g %s; mend the cause or lower it", name, told["min_success"], verdict)
    for error, advice in ADVICE.items():
        if told["failures"].get(error, 0) >= MUCH * told["drawn"]:
            log.warning("pool %s: %s", name, advice)
