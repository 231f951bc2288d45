"""A killed Snakemake's leavings are cleared, a living one's are not touched."""

import base64
import logging
import subprocess
import sys
from types import SimpleNamespace

import pytest
from snakemake.exceptions import IncompleteFilesException, LockException

from clipcause.session import recover
from clipcause.session.messages import Messages
from clipcause.session.recover import recover_from_kill
from clipcause.session.terminal import Terminal


def killed_session(folder):
    state = folder / ".snakemake"
    (state / "locks").mkdir(parents=True)
    (state / "incomplete").mkdir()
    (state / "locks" / "0.output.lock").write_text("half.txt")
    output = folder / "half.txt"
    output.write_text("half")
    (state / "incomplete" / base64.urlsafe_b64encode(str(output).encode()).decode()).write_text("{}")
    return state, output


def test_locks_and_half_done_outputs_of_a_killed_one_go(tmp_path):
    state, output = killed_session(tmp_path)
    assert recover_from_kill(state)
    assert not output.exists()
    assert not list((state / "locks").iterdir()) and not list((state / "incomplete").iterdir())


def test_marks_of_long_paths_lie_in_folders(tmp_path):
    state, _ = killed_session(tmp_path)
    output = tmp_path / ("x" * 60)
    output.touch()
    encoded = base64.urlsafe_b64encode(str(output).encode()).decode()
    (state / "incomplete" / f"@{encoded[:50]}").mkdir()
    (state / "incomplete" / f"@{encoded[:50]}" / encoded[50:]).write_text("{}")
    assert recover_from_kill(state)
    assert not output.exists()


def another(state, dryrun: bool = False) -> subprocess.Popen:
    """Another Snakemake's process that has begun here, and lives until its standard input is closed."""
    script = (
        "import pathlib, sys; from clipcause.session.recover import recover_from_kill\n"
        "print(recover_from_kill(pathlib.Path(sys.argv[1]), sys.argv[2] == 'True'), flush=True); sys.stdin.read()\n"
    )
    began = subprocess.Popen(
        [sys.executable, "-c", script, state, str(dryrun)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    began.said = began.stdout.readline().strip()
    return began


def test_nothing_is_touched_while_another_one_lives(tmp_path):
    state = tmp_path / ".snakemake"
    with another(state) as other:
        assert other.said == "True"
        state, output = killed_session(tmp_path)  # now it is at work
        assert not recover_from_kill(state, dryrun=True)
        assert output.exists() and list((state / "locks").iterdir())
        other.stdin.close()
    assert recover_from_kill(state, dryrun=True)
    assert not output.exists()


def test_of_two_at_work_the_one_that_stays_longer_keeps_its_marks(tmp_path):
    state = tmp_path / ".snakemake"
    with another(state) as first, another(state) as second:
        assert (first.said, second.said) == ("True", "False")
        state, output = killed_session(tmp_path)  # the second one's
        first.stdin.close()
        first.wait()
        assert not recover_from_kill(state, dryrun=True)
        assert output.exists() and list((state / "locks").iterdir())
        second.stdin.close()


def test_a_dry_run_is_no_reason_to_leave_a_later_one_without_its_lock(tmp_path):
    state = tmp_path / ".snakemake"
    with another(state, dryrun=True) as dry_run, another(state) as real:
        assert (dry_run.said, real.said) == ("True", "True")
        dry_run.stdin.close()
        dry_run.wait()
        state, output = killed_session(tmp_path)
        assert not recover_from_kill(state, dryrun=True)
        assert output.exists()
        real.stdin.close()


@pytest.mark.parametrize(("network", "cleared"), [(True, False), (False, True)])
def test_what_another_machine_left_on_a_network_is_not_touched(tmp_path, monkeypatch, network, cleared):
    state, output = killed_session(tmp_path)
    (state / "clipcause.session").write_text("another machine")
    monkeypatch.setattr(recover, "_on_network", lambda folder: network)
    assert recover_from_kill(state, dryrun=True) is cleared
    assert output.exists() is not cleared


@pytest.mark.parametrize(("kind", "network"), [("nfs4", True), ("fuse.sshfs", True), ("ext4", False), ("tmpfs", False)])
def test_network_file_systems_are_known(tmp_path, monkeypatch, kind, network):
    mounts = [SimpleNamespace(mountpoint="/", fstype="ext4"), SimpleNamespace(mountpoint=str(tmp_path), fstype=kind)]
    monkeypatch.setattr(recover.psutil, "disk_partitions", lambda all: mounts)
    assert recover._on_network(tmp_path / "folder") is network


@pytest.mark.parametrize("met", [LockException(), IncompleteFilesException(["a.txt"])])
def test_the_message_of_a_lock_says_who_has_it(met):
    record = logging.makeLogRecord({"levelno": logging.ERROR, "msg": str(met)})
    assert Messages(Terminal(None)).filter(record)
    assert record.getMessage().startswith("Error: another Snakemake is making the same files in ")
