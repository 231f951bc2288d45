"""Python, packages, text and GPUs, of machines that are not this one."""

import locale
from importlib import metadata

import pytest

from clipcause.doctor import gpus
from clipcause.doctor.examine import tell
from clipcause.doctor.finding import OK, PROBLEM, WARNING, ok, problem, warning
from clipcause.doctor.gpus import check_gpus
from clipcause.doctor.software import check_packages, check_python, check_text


@pytest.mark.parametrize(("version", "level"), [((3, 10, 9), PROBLEM), ((3, 11, 0), OK), ((3, 13, 0), PROBLEM)])
def test_python_is_one_that_all_packages_work_with(version, level):
    (found,) = check_python(version)
    assert found.level == level


def test_packages_are_those_that_were_tested(tmp_path):
    here = metadata.version("pyarrow")
    (tmp_path / "envs").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["PyArrow>=1", "nowhere_to_be.found", "numpy"]\n'
    )
    (tmp_path / "envs/constraints.txt").write_text(f"pyarrow=={here}\nnumpy==0.1\nnowhere-to-be-found==1.0\n")
    missing, other = check_packages(tmp_path)
    assert (missing.level, missing.says) == (PROBLEM, "not installed: nowhere-to-be-found")
    assert other.level == WARNING and other.says.endswith("(tested: 0.1)")
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["pyarrow"]\n')
    (well,) = check_packages(tmp_path)
    assert well.level == OK


def test_text_is_utf_8(monkeypatch):
    monkeypatch.setattr(locale, "getpreferredencoding", lambda setlocale: "ANSI_X3.4-1968")
    (found,) = check_text()
    assert found.level == PROBLEM and "C.UTF-8" in found.remedy


@pytest.mark.parametrize(
    ("cards", "torch", "wanted", "level", "says"),
    [
        (None, "2.15.0 None 0", 0, OK, "none; everything runs on the processor"),
        (None, "2.15.0 None 0", 1, PROBLEM, "a job asks for 1 GPUs, and 0 are there"),
        (2, "2.15.0 12.8 2", 2, OK, "torch 2.15.0 sees 2 of 2"),
        (2, "2.15.0 12.8 2", 4, PROBLEM, "a job asks for 4 GPUs, and 2 are there"),
        (2, "2.15.0 None 0", 1, PROBLEM, "2 GPUs, and torch 2.15.0 is built without CUDA"),
        (2, "2.15.0 12.8 0", 0, PROBLEM, "2 GPUs, and torch 2.15.0 for CUDA 12.8 sees none"),
        (0, "2.15.0 12.8 0", 0, PROBLEM, "the driver does not answer: Failed to initialize NVML"),
    ],
)
def test_gpus_their_driver_and_torch_agree(command, monkeypatch, cards, torch, wanted, level, says):
    if cards is not None:
        listed = "\n".join(f"GPU {number}: NVIDIA made up" for number in range(cards))
        command("nvidia-smi", listed or "Failed to initialize NVML", status=0 if cards else 9)
    monkeypatch.setattr(gpus, "ASK_TORCH", f"print({torch!r})")
    (found,) = check_gpus(wanted)
    assert (found.level, found.says) == (level, says)


def test_torch_that_can_not_be_imported_is_a_problem(monkeypatch):
    monkeypatch.setattr(gpus, "ASK_TORCH", "raise ImportError('libtorch.so')")
    (found,) = check_gpus(0)
    assert found.level == PROBLEM and found.says == "torch can't be imported: ImportError: libtorch.so"


def test_findings_are_told_with_remedies_and_a_problem_counts():
    said = []
    assert tell([ok("disk", "room"), warning("files", "few", "ulimit")], said.append)
    assert said[1:] == ["warning  files    few", f"{'':17} -> ulimit", "0 problems, 1 warnings, 1 ok"]
    assert not tell([problem("disk", "full", "make room")], said.append)
