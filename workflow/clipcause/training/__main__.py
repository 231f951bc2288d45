"""Train the runs of one recipe on one subset: `python -m clipcause.training train ...`."""

import json
import os
import sys
import time
from argparse import Namespace
from pathlib import Path

from clipcause.job.command import new_parser, run

BEGAN = time.monotonic()


def train(arguments: Namespace) -> None:
    """Train every seed on its manifest, one after another."""
    from clipcause.training.machine import Machine
    from clipcause.training.recipe import Recipe
    from clipcause.training.runs import train_runs

    recipe = Recipe.of(json.loads(arguments.recipe))
    threads = max(1, arguments.threads // int(os.environ.get("LOCAL_WORLD_SIZE", 1)))
    train_runs(
        recipe=recipe,
        model=json.loads(arguments.model),
        seeds=arguments.seeds,
        manifests=arguments.manifests,
        output=arguments.output,
        state=arguments.state,
        code=arguments.code,
        machine=Machine(threads, arguments.image_memory << 20, arguments.checkpoint_seconds),
        began=BEGAN,
        first=arguments.first,
        starts=arguments.start,
        boards=arguments.tensorboard,
    )


def take(arguments: Namespace) -> None:
    """Take a model that others trained."""
    from clipcause.training.taken import take_pretrained

    take_pretrained(json.loads(arguments.recipe), json.loads(arguments.model), arguments.output)


def main() -> int:
    """Parse the command line and train."""
    parser, add = new_parser("training", "Train one recipe on one subset.")
    command = add("train", train, "train one run per seed, one after another")
    command.add_argument("--recipe", required=True, metavar="JSON", help="resolved settings of the recipe")
    command.add_argument("--model", required=True, metavar="JSON", help="resolved settings of the model")
    command.add_argument("--seeds", required=True, type=int, nargs="+", help="one run each")
    command.add_argument("--manifests", required=True, type=Path, nargs="+", help="one per seed, in the same order")
    command.add_argument("--first", type=Path, nargs="*", default=[], help="manifests that the seeds begin with")
    command.add_argument(
        "--start", type=Path, nargs="*", default=[], help="folders of the runs that the seeds start from"
    )
    command.add_argument("--output", required=True, type=Path, help="folder of the runs; each gets a folder seed{seed}")
    command.add_argument("--state", required=True, type=Path, help="folder of checkpoints and finished runs")
    command.add_argument("--code", required=True, type=Path, nargs="+", help="files whose edit makes a run another one")
    command.add_argument(
        "--threads",
        required=True,
        type=int,
        help="threads of the processes on this machine, for torch and decoding",
    )
    command.add_argument("--image-memory", type=int, default=2048, metavar="MIB", help="room for decoded images")
    command.add_argument("--tensorboard", type=Path, metavar="FOLDER", help="where learning curves appear as they grow")
    command.add_argument("--checkpoint-seconds", type=float, default=20.0, help="at most so much work is lost")
    command = add("take", take, "take a model that others trained as a run")
    command.add_argument("--recipe", required=True, metavar="JSON", help="resolved settings of the recipe")
    command.add_argument("--model", required=True, metavar="JSON", help="resolved settings of the model")
    command.add_argument("--output", required=True, type=Path, help="folder of the run")
    return run(parser)


if __name__ == "__main__":
    sys.exit(main())
