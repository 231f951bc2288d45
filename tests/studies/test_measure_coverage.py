"""Coverage of the intervals of retrieval recall, bias, group gaps and effective robustness on simulated studies."""

import numpy as np
import pytest
from measure_simulation import SIMULATIONS, coverage, robust_coverage


def check(table, single, mean):
    found = {key: round(float(row["coverage"]), 3) for key, row in table.items()}
    assert all(single[0] <= share <= single[1] for share in found.values()), found
    assert mean[0] <= np.mean(list(found.values())) <= mean[1], found


@pytest.mark.parametrize("name", SIMULATIONS)
def test_intervals_cover_the_truth_in_19_of_20_simulated_studies(name):
    """A short run of measure_simulation.py; 150 studies leave a chance of about 3.5 points either way."""
    check(coverage(name, studies=150, effect=0.3), single=(0.89, 0.995), mean=(0.925, 0.975))


@pytest.mark.slow
@pytest.mark.parametrize("effect", [0.0, 0.3])
@pytest.mark.parametrize("name", SIMULATIONS)
def test_coverage_is_93_to_97_percent_on_average_in_a_long_run(name, effect):
    """2,000 studies leave a chance of one point either way for each measure, and less for their mean."""
    check(coverage(name, studies=2000, effect=effect), single=(0.92, 0.98), mean=(0.93, 0.97))


@pytest.mark.slow
@pytest.mark.parametrize("scatter", [0.0, 0.05, 0.2])
def test_coverage_of_effective_robustness_in_a_long_run(scatter):
    check(robust_coverage(scatter, studies=2000), single=(0.92, 0.98), mean=(0.93, 0.97))
