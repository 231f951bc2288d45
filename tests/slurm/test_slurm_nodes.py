"""One training by processes on two nodes of SLURM learns what as many processes on one machine learn."""

import pytest
from digests import result_digests
from on_slurm import SHARED

pytestmark = pytest.mark.slow


def test_a_training_across_two_nodes_gives_the_bytes_of_two_processes_here(on_slurm, undisturbed):
    layer = on_slurm.folder / "layer.yaml"
    layer.write_text(layer.read_text().replace("devices: 2}", "devices: 2, nodes: 2}"))
    on_slurm.run(SHARED)
    (job,) = on_slurm.ended("COMPLETED")
    assert (job["NodeList"], job["NodeCnt"]) == ("node[1-2]", "2")
    found, wanted = result_digests(on_slurm.folder), result_digests(undisturbed)
    runs = [path for path in wanted if path.startswith("runs/longtail/shared/")]
    assert runs and {path: found[path] for path in runs} == {path: wanted[path] for path in runs}
