"""SIGKILL, in the midst of writing or at any moment, of a job, of Snakemake or of all of them together."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from checkouts import Checkout
from digests import result_digests
from stages import STAGES

SABOTEUR = Path(__file__).with_name("saboteur.py")
WHOM = ("job", "snakemake", "group")
WRITING, ANY = "in writing", "at any moment"
LONGEST = 600  # seconds that anything may take
TRIES = 4  # of a stage whose jobs may be over before they are met


class Killed:
    """A checkout whose workflow is killed again and again on its way to the end, by a seed's plan."""

    def __init__(self, checkout: Checkout, seed: int) -> None:
        self.checkout = checkout
        self.counts: Counter[tuple[str, str, str]] = Counter()  # stage, moment, whom
        self._random = random.Random(seed)
        self._ledger = checkout.folder / "kills.jsonl"
        self._ledger.touch()
        shutil.copy2(SABOTEUR, checkout.folder / "workflow/sitecustomize.py")
        rules = checkout.folder / "workflow/rules/training.smk"  # a checkpoint after every step
        told = rules.read_text()
        rules.write_text(told.replace("--code {input.code:q}", "--checkpoint-seconds 0 --code {input.code:q}"))

    def in_writing(self, stage: str, command: str, whom: str) -> None:
        """Kill while a job of a stage writes one of its files; which one and when is chance.

        Jobs that are done, or write fewer files, are forced once more.
        """
        for force, number in enumerate((self._random.randrange(STAGES[stage].commands[command]), 0)):
            delay = self._random.choice((0.0, 0.02 * self._random.random(), LONGEST))
            order = {"command": command, "number": number, "delay": delay, "whom": whom, "ledger": str(self._ledger)}
            before = len(self._told())
            with self._started(stage, json.dumps(order), bool(force)) as snakemake:
                status = snakemake.wait(timeout=LONGEST)
            happened = self._told()[before:]
            if happened:
                assert status != 0
                for told in happened:
                    assert told["begun"], told
                    assert whom == "snakemake" or os.path.lexists(told["path"]), "what was half written is gone"
                    self.counts[stage, WRITING, whom] += 1
                return
        raise AssertionError(f"{stage}: no job of {command} was killed in writing")

    def at_any_moment(self, stage: str, whom: str) -> None:
        """Kill some time after a job of a stage has begun; done jobs are forced once more if none is left."""
        delay = 3 * self._random.random()
        for force in (False, *[True] * TRIES):
            with self._started(stage, None, force) as snakemake:
                while snakemake.poll() is None:
                    if self._job(stage, snakemake):
                        time.sleep(delay)
                        delay /= 2  # should it be over by then
                        if (job := self._job(stage, snakemake)) and self._hit(snakemake, job, whom):
                            assert snakemake.wait(timeout=LONGEST) != 0
                            self.counts[stage, ANY, whom] += 1
                            return
                    time.sleep(0.02)
        raise AssertionError(f"{stage}: its jobs ended before they were killed")

    def finish(self, stage: str | None = None) -> None:
        """Run to the end of a stage, or of all."""
        ran = self.checkout.snakemake(*(STAGES[stage].until if stage else ()))
        assert ran.returncode == 0, ran.stdout

    def assert_equal(self, finished: Checkout, stage: str | None = None) -> None:
        """What is there equals what an undisturbed run made, to the last byte, and nothing half-written is left."""
        while list(processes(self.checkout)):
            time.sleep(0.1)  # an orphan of a Snakemake that was killed writes its last file
        ours, theirs = (result_digests(checkout.folder) for checkout in (self.checkout, finished))
        assert ours.items() <= theirs.items(), sorted(dict(ours.items() - theirs.items()))
        if stage is None:
            assert ours.keys() == theirs.keys()
        left = [str(file) for file in (self.checkout.folder / "results").rglob(".*") if ".snakemake" not in file.name]
        assert not left

    def _told(self) -> list[dict]:
        return [json.loads(line) for line in self._ledger.read_text().splitlines()]

    @contextlib.contextmanager
    def _started(self, stage: str, sabotage: str | None, force: bool = False):
        arguments = (*STAGES[stage].until, *(("--forcerun", *STAGES[stage].rules) if force else ()))
        environment = os.environ | ({"CLIPCAUSE_SABOTAGE": sabotage} if sabotage else {})
        with (self.checkout.folder / "said.txt").open("w") as said:
            snakemake = subprocess.Popen(
                self.checkout.command(*arguments),
                cwd=self.checkout.folder,
                stdout=said,
                stderr=said,
                env=environment,
                start_new_session=True,
            )
        try:
            yield snakemake
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(snakemake.pid, signal.SIGKILL)
            raise

    def _job(self, stage: str, snakemake: subprocess.Popen) -> int | None:
        """A job of the stage that this Snakemake has started; no orphan of one before."""
        for command in STAGES[stage].commands:
            module, name = command.split()
            for job in processes(self.checkout, f"clipcause.{module}", name):
                with contextlib.suppress(ProcessLookupError):
                    if os.getpgid(job) == snakemake.pid:
                        return job
        return None

    @staticmethod
    def _hit(snakemake: subprocess.Popen, job: int, whom: str) -> bool:
        """Whether the signal found its victim."""
        with contextlib.suppress(ProcessLookupError):
            if whom == "group":
                os.killpg(snakemake.pid, signal.SIGKILL)
            else:
                os.kill(job if whom == "job" else snakemake.pid, signal.SIGKILL)
            return True
        return False


def processes(checkout: Checkout, *words: str) -> Iterator[int]:
    """The ids of the Python processes that run in the checkout with all of `words` on their command lines."""
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            line = Path(f"/proc/{entry}/cmdline").read_bytes().decode(errors="replace").split("\0")
            inside = os.readlink(f"/proc/{entry}/cwd") == str(checkout.folder)
        except OSError:
            continue
        if inside and Path(line[0]).name.startswith("python") and set(words) <= set(line):
            yield int(entry)
