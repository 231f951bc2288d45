"""Ctrl-C pressed once more, after the last words."""

import signal
import subprocess
import sys

FOLLOWED = """
import io, os, signal, threading
from types import SimpleNamespace
from clipcause.session.follow import Follower
from clipcause.session.terminal import Terminal

workflow = SimpleNamespace(onsuccess=lambda said: None, onerror=lambda said: None)
follower = Follower(workflow, Terminal(io.StringIO()), False)
{before}
os.kill(os.getpid(), signal.SIGINT)
"""


def pressed(before: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", FOLLOWED.format(before=before)], capture_output=True, text=True)


def test_it_ends_the_process_without_a_word():
    ended = pressed(before="follower.end()")
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")


def test_before_that_snakemake_hears_of_it():
    assert pressed(before="").stderr.strip().endswith("KeyboardInterrupt")
