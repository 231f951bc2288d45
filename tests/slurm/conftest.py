"""A SLURM of two nodes, and checkouts of the workflow that run on it."""

import shutil
from pathlib import Path

import pytest
from checkouts import Checkout
from cluster import Cluster
from on_slurm import CLIP, LAYER, LAYERS, SHARED, SUPERVISED, OnSlurm


@pytest.fixture(scope="session")
def cluster():
    """A running SLURM; tests leave its daemons running."""
    with Cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def prepared(finished, tmp_path_factory) -> Checkout:
    """A copy of the finished checkout in which longer runs are still to be trained."""
    checkout = finished.copy(tmp_path_factory.mktemp("prepared") / "checkout")
    checkout.layer(LAYER)
    return checkout


@pytest.fixture(scope="session")
def undisturbed(prepared, tmp_path_factory) -> Path:
    """The results folder of a local run of these trainings."""
    checkout = prepared.copy(tmp_path_factory.mktemp("undisturbed") / "checkout")
    ran = checkout.snakemake(CLIP, SUPERVISED, SHARED, layers=LAYERS)
    assert ran.returncode == 0, ran.stdout
    return checkout.folder


@pytest.fixture
def on_slurm(prepared, cluster, tmp_path):
    """Such a checkout, to run on SLURM."""
    on_slurm = OnSlurm(prepared.copy(tmp_path / "checkout"), cluster)
    yield on_slurm
    if on_slurm.process is not None:
        on_slurm.process.kill()
    shutil.rmtree(on_slurm.folder)
