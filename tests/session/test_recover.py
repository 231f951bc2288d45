"""A killed Snakemake's leavings are cleared, a living one's are not touched."""

import base64
import subprocess
import sys

from clipcause.session.recover import recover_from_kill


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


def test_nothing_is_touched_while_another_one_lives(tmp_path):
    state, output = killed_session(tmp_path)
    script = (
        "import pathlib, sys; from clipcause.session.recover import recover_from_kill\n"
        "state = pathlib.Path(sys.argv[1]); state.joinpath('incomplete').rename(state / 'kept')\n"
        "print(recover_from_kill(state), flush=True); state.joinpath('kept').rename(state / 'incomplete')\n"
        "print('ready', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert [other.stdout.readline().strip() for _ in range(2)] == ["True", "ready"]
        assert not recover_from_kill(state)
        assert output.exists()
        other.stdin.close()
    assert recover_from_kill(state)
    assert not output.exists()
