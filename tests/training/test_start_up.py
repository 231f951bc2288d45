"""What makes a job start sooner changes nothing that it trains."""

import json
import subprocess
import sys

import pytest
import torch

from clipcause.training.devices import Devices
from clipcause.training.optimizer import BETAS, EPSILON, MOMENTUM, new_optimizer


def test_training_does_not_import_torch_s_compiler(make_manifest, make_recipe, tiny, tmp_path):
    (tmp_path / "code.py").write_text("code")
    manifest, recipe = make_manifest(), make_recipe(objective="clip", crop=0.9)
    script = "import runpy, sys, atexit; atexit.register(lambda: print('torch._dynamo' in sys.modules)); "
    script += "runpy.run_module('clipcause.training', run_name='__main__')"
    command = [sys.executable, "-c", script, "train", "--threads", "1", "--seeds", "0", "--manifests", str(manifest)]
    command += ["--recipe", json.dumps(recipe.settings), "--model", json.dumps(tiny), "--checkpoint-seconds", "0"]
    command += ["--output", str(tmp_path / "runs"), "--state", str(tmp_path / "state")]
    command += ["--code", str(tmp_path / "code.py")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_the_optimiser_steps_as_torch_s_own(name):
    def trained(make):
        torch.manual_seed(0)
        module = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
        optimizer = make(module)
        for step in range(6):
            for group in optimizer.param_groups:
                group["lr"] = 0.01 * (step + 1)
            module(torch.ones(3, 5)).square().sum().backward()
            optimizer.step()
            optimizer.zero_grad()
            if step == 2:
                optimizer.load_state_dict(optimizer.state_dict())
        return module.state_dict()

    def stock(module):
        decays = [{"params": [p for p in module.parameters() if (p.ndim >= 2) == decays], "weight_decay": decay}
                  for decays, decay in ((True, 0.1), (False, 0.0))]  # fmt: skip
        if name == "sgd":
            return torch.optim.SGD(decays, momentum=MOMENTUM, fused=True)
        return torch.optim.AdamW(decays, betas=BETAS, eps=EPSILON, fused=True)

    ours, theirs = trained(lambda module: new_optimizer(module, name, 0.1)), trained(stock)
    for key in theirs:
        assert torch.equal(ours[key], theirs[key]), key


def test_a_device_is_seeded_as_torch_seeds():
    Devices().seed(7)
    ours = torch.rand(5)
    torch.manual_seed(7)
    assert torch.equal(ours, torch.rand(5))
