"""Ctrl-C pressed once more, after the last words."""

import signal
import subprocess
import sys

FOLLOWED = """
import io, os, signal, threading
from types import SimpleNamespace
from clipcause.session.follow import Follower
from clipcause.session.terminal import Terminal

signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever these tests were started by ignores
signal.signal(signal.SIGHUP, signal.SIG_DFL)
workflow = SimpleNamespace(onsuccess=lambda said: None, onerror=lambda said: None)
follower = Follower(workflow, Terminal(io.StringIO()), False)
{before}
os.kill(os.getpid(), signal.{signal})
"""


def pressed(before: str, signal: str = "SIGINT") -> subprocess.CompletedProcess:
    code = FOLLOWED.format(before=before, signal=signal)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_it_ends_the_process_without_a_word():
    ended = pressed(before="follower.end()")
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")


def test_before_that_snakemake_hears_of_it():
    assert pressed(before="").stderr.strip().endswith("KeyboardInterrupt")


def test_a_terminal_that_is_closed_asks_snakemake_to_end_as_sigterm_does():
    asked = pressed(before="signal.signal(signal.SIGTERM, lambda *_: os._exit(42))", signal="SIGHUP")
    assert asked.returncode == 42
