"""Which source files a module hangs on, in a small package made for the purpose and in this one."""

import ast
import sys
from pathlib import Path

import pytest

import clipcause
from clipcause.config import code

FILES = {
    "__init__.py": '"""Nothing but words."""',
    "base.py": "import json",
    "command.py": "",
    "unused.py": "",
    "typing_only.py": "",
    "first/__init__.py": "",
    "first/__main__.py": "from toy import command",
    "first/work.py": "from toy.base import x\nimport toy.first.help",
    "first/help.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import toy.typing_only",
    "second/__init__.py": "from toy.second.table import TABLE",
    "second/table.py": "TABLE = {}",
    "second/lazy.py": "def f():\n    from toy.first import help\n    from .near import y",
    "second/near.py": "",
    "page/__init__.py": "",
    "page/write.py": "",
    "page/templates/page.html": "",
}


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A package `toy` in the place of clipcause."""
    for name, content in FILES.items():
        path = tmp_path / "workflow" / "toy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    monkeypatch.setattr(code, "PACKAGE", "toy")
    monkeypatch.setattr(code, "ROOT", tmp_path)
    monkeypatch.setattr(code, "SOURCES", tmp_path / "workflow")
    monkeypatch.syspath_prepend(tmp_path / "workflow")
    monkeypatch.chdir(tmp_path)
    code._graph.cache_clear()
    yield lambda module: [path.removeprefix("workflow/toy/") for path in code.code_of(module)]
    code._graph.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] == "toy"]:
        del sys.modules[name]


def test_a_sub_package_without_its_parser(toy):
    assert toy("toy.first") == ["base.py", "first/__init__.py", "first/help.py", "first/work.py"]


def test_a_page_hangs_on_its_templates(toy):
    assert toy("toy.page.write") == ["page/__init__.py", "page/templates/page.html", "page/write.py"]


def test_a_module_and_the_packages_it_lies_in(toy):
    assert toy("toy.first.help") == ["first/__init__.py", "first/help.py"]


def test_imports_in_functions_and_in_packages_count(toy):
    assert toy("toy.second.lazy") == [
        "first/__init__.py",
        "first/help.py",
        "second/__init__.py",
        "second/lazy.py",
        "second/near.py",
        "second/table.py",
    ]


def test_an_unknown_module_is_an_error(toy):
    with pytest.raises(ValueError, match=r"toy\.third: no such module"):
        toy("toy.third")


def test_paths_are_files_of_this_project(monkeypatch, tmp_path):
    root = Path(__file__).parents[2]
    monkeypatch.chdir(root)
    files = code.code_of("clipcause.config")
    assert "workflow/clipcause/config/schema.py" in files
    assert "workflow/clipcause/errors.py" in files
    assert "workflow/clipcause/config/__main__.py" not in files
    assert files == sorted(files)
    assert all((root / file).is_file() for file in files)
    monkeypatch.chdir(tmp_path)
    assert code.code_of("clipcause.config") == [str(root / file) for file in files]


def test_the_package_itself_runs_nothing_when_it_is_imported():
    """`code_of` leaves clipcause/__init__.py out: a word changed there must not rerun every job."""
    body = ast.parse(Path(clipcause.__file__).read_text()).body
    assert [type(each) for each in body] == [ast.Expr]
