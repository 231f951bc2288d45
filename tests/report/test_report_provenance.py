"""Versions and git state."""

import subprocess

from clipcause.report.provenance import GitState, collect_provenance, git_state


def test_git_state_of_no_checkout_an_empty_one_a_clean_one_and_a_changed_one(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_state(tmp_path) is None
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    assert git_state(tmp_path) is None
    subprocess.run([*git, "commit", "-q", "--allow-empty", "--no-verify", "-m", "first"], check=True)
    clean = git_state(tmp_path)
    assert len(clean.commit) == 40 and not clean.dirty
    (tmp_path / "new.txt").write_text("new")
    assert git_state(tmp_path) == GitState(clean.commit, dirty=True)


def test_git_state_without_git(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(tmp_path) is None


def test_versions_name_python_and_torch():
    versions = collect_provenance().versions
    assert versions["python"].startswith("3.") and versions["torch"]
