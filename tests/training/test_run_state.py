import fcntl
import subprocess
import sys
import time

import pytest
import torch

from clipcause.errors import UserError
from clipcause.files.outputs import file_digest, write_json
from clipcause.training.checkpoints import locked_state

SNAPSHOT = {"objective": {"weight": torch.arange(3.0)}, "position": {"step": 7}}


@pytest.fixture
def finish(tmp_path):
    """Finish a run in a state directory by hand."""

    def finish(state):
        with state.finishing() as directory:
            (directory / "model.safetensors").write_bytes(b"weights")
            write_json(directory / "run.json", {"model_digest": file_digest(directory / "model.safetensors")})

    return finish


def test_a_checkpoint_comes_back(tmp_path):
    with locked_state(tmp_path / "run") as state:
        assert state.load_checkpoint() is None
        state.save_checkpoint({"position": {"step": 1}})
        state.save_checkpoint(SNAPSHOT)
        loaded = state.load_checkpoint()
    assert torch.equal(loaded["objective"]["weight"], torch.arange(3.0))
    assert loaded["position"] == {"step": 7}


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_a_damaged_checkpoint_is_never_used(tmp_path, caplog, damage):
    with locked_state(tmp_path / "run") as state:
        state.save_checkpoint(SNAPSHOT)
        path = tmp_path / "run" / "checkpoint.pt"
        content = bytearray(path.read_bytes())
        if damage == "cut":
            path.write_bytes(content[:-1])
        elif damage == "flipped":
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
        else:
            path.write_bytes(b"")
        assert state.load_checkpoint() is None
    assert "checkpoint.pt: damaged; ignored" in caplog.text


def test_a_checkpoint_of_another_run_is_an_error(tmp_path):
    with locked_state(tmp_path / "run") as state, locked_state(tmp_path / "other") as other:
        other.save_checkpoint(SNAPSHOT)
        path = tmp_path / "run" / "checkpoint.pt"
        (tmp_path / "other" / "checkpoint.pt").rename(path)
        with pytest.raises(
            UserError, match=r"run/checkpoint\.pt: is a checkpoint of another run \(other\).*; delete it"
        ):
            state.load_checkpoint()
        assert path.exists()


def test_a_finished_run_is_emitted_again_and_its_checkpoint_is_gone(tmp_path, finish):
    with locked_state(tmp_path / "run") as state:
        assert not state.is_finished()
        state.save_checkpoint(SNAPSHOT)
        finish(state)
        assert state.is_finished()
        assert state.load_checkpoint() is None
        for _ in range(2):
            state.emit(tmp_path / "output")
        assert sorted(path.name for path in (tmp_path / "output").iterdir()) == ["model.safetensors", "run.json"]
        weights = tmp_path / "output" / "model.safetensors"
        assert weights.samefile(tmp_path / "run" / "finished" / "model.safetensors")
        weights.unlink()
        assert state.is_finished()


def test_a_finished_run_whose_description_was_cut_is_trained_again(tmp_path, finish, caplog):
    with locked_state(tmp_path / "run") as state:
        finish(state)
        (tmp_path / "run" / "finished" / "model.json").write_text('{"mod')
        assert not state.is_finished()
    assert "this finished run is damaged; ignored" in caplog.text


def test_an_interrupted_finish_leaves_no_finished_run(tmp_path):
    with locked_state(tmp_path / "run") as state:
        state.save_checkpoint(SNAPSHOT)
        with pytest.raises(KeyboardInterrupt), state.finishing() as directory:
            (directory / "model.safetensors").write_bytes(b"weights")
            raise KeyboardInterrupt
        assert not state.is_finished()
        assert state.load_checkpoint() is not None


def test_a_damaged_finished_run_is_not_taken(tmp_path, finish, caplog):
    with locked_state(tmp_path / "run") as state:
        finish(state)
        (tmp_path / "run" / "finished" / "model.safetensors").write_bytes(b"edited")
        assert not state.is_finished()
    assert "damaged; ignored" in caplog.text


def test_a_second_process_waits_for_the_first(tmp_path):
    code = (
        "import sys; from clipcause.training.checkpoints import locked_state\n"
        "with locked_state(sys.argv[1]) as state: print(state.load_checkpoint()['position']['step'])"
    )
    with locked_state(tmp_path / "run") as state:
        waiting = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "run")], stdout=subprocess.PIPE)
        time.sleep(0.1)
        with (tmp_path / "run" / "lock").open() as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        state.save_checkpoint(SNAPSHOT)
    assert waiting.communicate(timeout=60)[0].strip() == b"7"


def test_of_the_states_behind_an_output_the_last_few_are_kept(tmp_path, finish):
    """Settings that are edited again and again do not fill the disk; other outputs and states in use are left alone."""
    for number in range(6):
        with locked_state(tmp_path / "state" / f"run{number}") as state:
            finish(state)
            state.emit(tmp_path / ("output" if number != 1 else "another"))
    kept = sorted(each.name for each in (tmp_path / "state").iterdir())
    assert kept == ["run1", "run3", "run4", "run5"]
    with locked_state(tmp_path / "state" / "run3"), locked_state(tmp_path / "state" / "run6") as state:
        finish(state)
        state.emit(tmp_path / "output")
    kept = sorted(each.name for each in (tmp_path / "state").iterdir())
    assert kept == ["run1", "run3", "run4", "run5", "run6"]


def test_states_of_runs_that_never_finish_do_not_fill_the_disk_either(train, make_manifest, tmp_path):
    manifest = make_manifest()
    for power in range(34, 39):
        with pytest.raises(UserError, match="lower learning_rate"):
            train([manifest], learning_rate=10.0**power, warmup_samples=0)
    assert len(list((tmp_path / "state").iterdir())) == 3
    run = train([manifest]) / "seed0"
    assert len(list((tmp_path / "state").iterdir())) == 3 and (run / "run.json").exists()
