"""An objective of the user's own, from a Python file."""

import textwrap
from pathlib import Path

import pytest
import torch
import yaml

from clipcause.errors import UserError
from clipcause.training.objectives import Objective

MINE = """
import torch
from clipcause.training.objectives import Objective

class Margin(Objective):
    def __init__(self, built, manifest, settings):
        super().__init__(built, manifest, settings)
        self.shift = torch.nn.Parameter(torch.tensor(settings["shift"]))

    def features(self, views, rows):
        return (self.model.encode_image(views[0]),)

    def loss(self, features, rows, generator):
        return self.mean((features[0] - self.shift).square().sum(dim=1), rows)

class Half(Objective):
    def features(self, views, rows):
        return views

class Odd(Margin):
    # The option says which method does what none may do.

    def __init__(self, built, manifest, settings):
        super().__init__(built, manifest, {"shift": 0.5})
        self.odd = settings["odd"]

    def features(self, views, rows):
        made, = super().features(views, rows)
        odd = {"one": made, "list": [made], "fewer": (made[:2],), "none": None}
        return {}["nothing"] if self.odd == "features" else odd.get(self.odd, (made,))

    def loss(self, features, rows, generator):
        loss = super().loss(features, rows, generator)
        odd = {"vector": loss[None], "float": 3.0, "detached": loss.detach(), "whole": loss.long()}
        return loss.reshape(2) if self.odd == "loss" else odd.get(self.odd, loss)

    def after_step(self, progress):
        if self.odd == "after_step":
            raise SystemExit(3)

class Fails(Margin):
    def __init__(self, built, manifest, settings):
        raise KeyError("shape")

class Alone:
    pass

number = 3
"""


@pytest.fixture
def mine(tmp_path, make_objective):
    def mine(name, **options):
        (tmp_path / "mine.py").write_text(MINE)
        own = {"module": str(tmp_path / "mine.py"), "class": name, "options": options}
        return make_objective("custom", own, samples=3, columns={"weight": [1.0, 2.0, 3.0]})

    return mine


def test_a_class_of_ones_own_is_the_objective(mine, loss_of):
    objective, built, _ = mine("Margin", shift=0.5)
    assert isinstance(objective, Objective) and type(objective).__name__ == "Margin"
    images, rows = torch.randn(3, 3, 12, 12), torch.arange(3)
    squares = (built.model.encode_image(images) - 0.5).square().sum(dim=1)
    loss = loss_of(objective, images, rows)
    assert loss.item() == pytest.approx((squares * torch.tensor([0.5, 1.0, 1.5])).mean().item(), rel=1e-5)
    loss.backward()
    assert objective.shift.grad is not None and objective.trained() is built.model


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Absent", "objective Absent: .*mine.py has no class of that name"),
        ("number", "objective number: .*mine.py has no class of that name"),
        ("Alone", "objective Alone: the class in .*mine.py is not a subclass of clipcause"),
        ("Half", "objective Half: the class in .*mine.py lacks loss"),
        ("Fails", r"objective Fails in .*mine.py failed at line \d+: KeyError: 'shape'"),
        ("Margin", r"objective Margin in .*mine.py failed at line \d+: KeyError: 'shift'"),
    ],
)
def test_what_is_wrong_with_it_is_said(mine, name, message):
    with pytest.raises(UserError, match=message):
        mine(name)


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        ("features", r"objective Odd in .*mine\.py failed at line \d+: KeyError: 'nothing'"),
        ("one", r"features gives a tensor \[3, 8\]; for 3 samples it must give a tuple of tensors \[3, \.\.\.\]"),
        ("list", "features gives a list; for 3 samples"),
        ("fewer", r"features gives \(a tensor \[2, 8\]\); for 3 samples"),
        ("none", "features gives a NoneType; for 3 samples"),
        ("loss", r"objective Odd in .*mine\.py failed at line \d+: RuntimeError: shape '\[2\]' is invalid"),
        ("vector", r"loss gives a tensor \[1\]; it must give one number"),
        ("float", "loss gives a float; it must give one number"),
        ("detached", "its loss hangs on nothing that is trained"),
        ("whole", "its loss hangs on nothing that is trained"),
        ("after_step", r"objective Odd in .*mine\.py failed at line \d+: SystemExit: 3"),
    ],
)
def test_what_it_does_wrong_while_it_trains_is_said(mine, loss_of, odd, message):
    objective, _, _ = mine("Odd", odd=odd)
    with pytest.raises(UserError, match=message):
        loss_of(objective, torch.randn(3, 3, 12, 12), torch.arange(3))
        objective.after_step(0.5)


def test_it_may_go_to_another_folder_and_the_job_stays_where_it_is(make_objective, tmp_path):
    (tmp_path / "mine.py").write_text(f"import os\nos.chdir('/')\n{MINE}")
    here = Path.cwd()
    with pytest.raises(UserError):
        make_objective("custom", {"module": str(tmp_path / "mine.py"), "class": "Absent"})
    assert Path.cwd() == here


@pytest.mark.parametrize(("name", "text"), [("mine.py", "import nothing_of_that_name"), ("mine.txt", "x = 1")])
def test_a_file_that_cannot_be_run_is_named(make_objective, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=f"objective Mine: .*{name}"):
        make_objective("custom", {"module": str(tmp_path / name), "class": "Mine"})


def test_the_example_of_the_documentation_works(make_objective, loss_of, tmp_path):
    text = (Path(__file__).parents[2] / "docs/objectives.md").read_text(encoding="utf-8")
    block, rest = text.split("    # regression.py\n")[1].split("\n\n    recipes:\n")
    (tmp_path / "regression.py").write_text(textwrap.dedent(block))
    recipe = yaml.safe_load(rest.split("\n\n")[0])["regression"]
    own = {"module": str(tmp_path / recipe["module"]), "class": recipe["class"], "options": recipe["options"]}
    objective, _, _ = make_objective(recipe["objective"], own, samples=4)
    images, rows = torch.randn(4, 3, 12, 12), torch.tensor([3, 1, 0, 2])
    x, y = objective.features((images,), rows)
    assert loss_of(objective, images, rows).item() == pytest.approx((x - y).square().sum(dim=1).mean().item(), rel=1e-5)
