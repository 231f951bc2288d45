"""Do rates that were measured on one configuration predict another, within a factor of 1.5?

    python tests/benchmarks/predicted_rates.py [--folder FOLDER] [--only larger|wider]

Three runs of the tests' study on the miniweb, each in a checkout of its own: a small one, of which rates are kept; one
on a pool four times as large, of twice the samples seen; one of a model twice as wide. `snakemake plan` tells
beforehand what the latter two take, by the rates of the first, and what they took is set against it: processor seconds
by stage and in all, since wall time hangs on what else the machine does. It ends with status 1 if a total is off by
more than a factor of 1.5, or a stage that takes over a twentieth of it. About ten minutes of processor time.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]
sys.path.insert(0, str(PROJECT / "tests/workflow"))

from checkouts import Checkout  # noqa: E402

from clipcause.planning.estimate import plan  # noqa: E402
from clipcause.planning.jobs import ask  # noqa: E402
from clipcause.planning.learnt import read_learnt, written_by  # noqa: E402
from clipcause.planning.profile import profiled  # noqa: E402
from clipcause.rates.times import read_took  # noqa: E402

FACTOR = 1.5
SHARE = 0.05  # of the time; what stages take that take less is not judged
SMALL = """
seeds: 2
runs_per_job: 2
miniweb: {images: 6000, test_images_per_class: 10}
subsets: {longtail: {samples: 1500, imbalance: 5}, balanced: {samples: 1500}}
recipes: {clip: &budget {samples_seen: 19200}, supervised: *budget, embedder: *budget}
"""
LARGER = SMALL.replace("6000", "24000").replace("1500", "6000").replace("19200", "38400")
WIDER = SMALL + "models: {tiny: {widths: [64, 128, 192, 256]}}\n"
COMPARED = {"larger": LARGER, "wider": WIDER}


def main() -> int:
    """Measure, predict, run, compare."""
    parser = argparse.ArgumentParser(description="Set predictions against what jobs took.")
    parser.add_argument(
        "--folder", type=Path, help="where the checkouts are made, and kept; a small run there is taken"
    )
    parser.add_argument("--only", choices=COMPARED, help="one of the two comparisons")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        rates = _rates_of_the_small_run(folder)
        names = [arguments.only] if arguments.only else list(COMPARED)
        return int(sum(not _compared(name, folder, rates) for name in names) > 0)


def _rates_of_the_small_run(folder: Path) -> Path:
    if (there := folder / "small/results/rates.json").exists():
        return there
    checkout, layers = _checkout(folder / "small", SMALL)
    for target in ((), ("rates",)):
        subprocess.run(checkout.command(*target, layers=layers), cwd=checkout.folder, check=True)
    return checkout.folder / "results/rates.json"


def _compared(name: str, folder: Path, rates: Path) -> bool:
    """Predict a run, run it, print both; whether the totals and the larger stages are within the factor."""
    unrun, layers = _checkout(folder / f"{name}_unrun", COMPARED[name])
    before = ask(["--cores", "2", "--configfile", "config.yaml", *layers], unrun.folder)
    predicted = plan(before, [read_learnt(rates).rates], 2, profiled, lambda job: 0)
    checkout, _ = _checkout(folder / name, COMPARED[name])
    subprocess.run(checkout.command(layers=layers), cwd=checkout.folder, check=True)
    took: dict[str, list[float]] = {}
    for job in before.jobs:
        told = read_took(checkout.folder / log for log in job.logs)
        taken = took.setdefault(job.stage, [0.0, 0.0])
        taken[0] += told.whole.processor_seconds
        taken[1] += written_by(job, checkout.folder)
    print(f"\n{name}: processor seconds and bytes, predicted / taken = ratio")
    rows = [(stage.name, stage.processor, stage.written, *took[stage.name]) for stage in predicted.stages]
    rows.append(("all", *(sum(row[place] for row in rows) for place in (1, 2, 3, 4))))
    for stage, seconds, size, really, written in rows:
        print(f"  {stage:12} {seconds:8.1f} / {really:8.1f} = {seconds / really:4.2f}", end="")
        print(f"   {size / 1e6:8.1f} MB / {written / 1e6:8.1f} MB = {size / max(written, 1):4.2f}")
    for stage in predicted.stages:
        for reason, number in stage.unknown.items():
            print(f"  not predicted: {reason} ({number})")
    whole = rows[-1][3]
    return all(1 / FACTOR < row[1] / row[3] < FACTOR for row in rows if row[3] > SHARE * whole)


def _checkout(folder: Path, layer: str) -> tuple[Checkout, tuple[str, ...]]:
    """A checkout with this layer; one that is there is gone on with."""
    if not folder.exists():
        folder.mkdir(parents=True)
        return (checkout := Checkout(folder)), checkout.layer(layer)[1:]
    checkout = Checkout.__new__(Checkout)
    checkout.folder = folder
    return checkout, ("layer.yaml",)


if __name__ == "__main__":
    sys.exit(main())
