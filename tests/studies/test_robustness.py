"""Effective robustness by hand, against scipy's fits, on simulated baselines, and on public models."""

import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.special import expit, logit
from scipy.stats import linregress, t

from clipcause.errors import UserError
from clipcause.studies.public.tables import SHIFTS, shift_counts
from clipcause.studies.robustness import Counts, adjusted, effective_robustness, fit_line, robustness


def counts(id_accuracy, shift_accuracy, total=1e12):
    """So many samples that (k + 0.5) / (n + 1) is the accuracy."""
    return Counts(np.asarray(id_accuracy) * total, total, np.asarray(shift_accuracy) * total, total)


def test_adjusted_accuracy():
    assert adjusted(0, 9) == pytest.approx(0.05)
    assert adjusted(9, 9) == pytest.approx(0.95)


def test_by_hand():
    """Logits -1, 0, 1 in distribution and -2, 0, 2 on the shift: slope 2, no scatter."""
    line = fit_line(counts(expit([-1, 0, 1]), expit([-2, 0, 2])))
    assert line.slope == pytest.approx(2)
    assert line.intercept == pytest.approx(0, abs=1e-9)
    assert line.r_squared == pytest.approx(1)
    models = counts(expit([0.0, 0.5]), [0.6, 0.7])
    assert effective_robustness(line, models) == pytest.approx([10, 100 * (0.7 - expit(1.0))])
    assert line.leverage(models.id_logit) == pytest.approx([1 / 3, 1 / 3 + 0.25 / 2])


def test_counts_are_counts():
    line = fit_line(Counts(np.array([2, 5, 8]), 10, np.array([1, 3, 4]), np.array([8, 8, 8])))
    expected = linregress(logit(np.array([2.5, 5.5, 8.5]) / 11), logit(np.array([1.5, 3.5, 4.5]) / 9))
    assert [line.slope, line.intercept] == pytest.approx([expected.slope, expected.intercept])


@pytest.fixture(scope="module")
def made():
    random = np.random.default_rng(0)
    x = random.normal(0.5, 0.7, 12)
    return x, 1.1 * x - 0.8 + random.normal(0, 0.2, 12)


def test_line_and_intervals_equal_scipys(made):
    x, y = made
    line = fit_line(counts(expit(x), expit(y)))
    fit = linregress(x, y)
    assert [line.slope, line.intercept] == pytest.approx([fit.slope, fit.intercept], rel=1e-6)
    assert line.r_squared == pytest.approx(fit.rvalue**2)
    assert np.sqrt(line.residual_variance / line.squares) == pytest.approx(fit.stderr, rel=1e-6)

    parameters, covariance = curve_fit(lambda x, a, b: a * x + b, x, y)
    for at in (0.3, 2.0):
        gradient = np.array([at, 1.0])
        fitted, error = parameters @ gradient, np.sqrt(gradient @ covariance @ gradient)
        reach = t.ppf(0.975, 10) * error
        found = robustness(line, counts([expit(at)], [0.5]))
        assert found.rho[0] == pytest.approx(100 * (0.5 - expit(fitted)), rel=1e-4)
        assert found.low[0] == pytest.approx(100 * (0.5 - expit(fitted + reach)), rel=1e-4)
        assert found.high[0] == pytest.approx(100 * (0.5 - expit(fitted - reach)), rel=1e-4)
        residual = ((y - parameters[0] * x - parameters[1]) ** 2).sum() / 10
        reach = t.ppf(0.975, 10) * np.sqrt(error**2 + residual)
        assert found.baseline_high[0] == pytest.approx(100 * (expit(fitted + reach) - expit(fitted)), rel=1e-4)


def test_many_lines_at_once_equal_one_at_a_time():
    random = np.random.default_rng(1)
    id_accuracy, shift_accuracy = random.uniform(0.2, 0.8, (2, 5, 4))
    together = fit_line(counts(id_accuracy, shift_accuracy))
    models = counts([0.5, 0.6], [0.3, 0.4])
    for row in range(5):
        alone = fit_line(counts(id_accuracy[row], shift_accuracy[row]))
        assert effective_robustness(together, models)[row] == pytest.approx(effective_robustness(alone, models))


def test_extrapolation_is_flagged(made):
    x, y = made
    line = fit_line(counts(expit(x), expit(y)))
    ids = expit(np.array([x.min() - 0.1, x.min() + 0.1, x.max() - 0.1, x.max() + 0.1]))
    assert robustness(line, counts(ids, np.full(4, 0.5))).extrapolates.tolist() == [True, False, False, True]


def test_intervals_cover_the_line_and_new_baselines():
    """Six baselines about a true line, 4,000 times: a binomial standard error of a third of a point."""
    random = np.random.default_rng(2)
    x, studies = np.linspace(-1, 1, 6), 4000
    y = 1.2 * x - 0.6 + random.normal(0, 0.15, (studies, 6))
    at = 0.7
    new = 1.2 * at - 0.6 + random.normal(0, 0.15, (studies, 1))
    lines = fit_line(counts(expit(np.broadcast_to(x, y.shape)), expit(y)))
    truth = effective_robustness(fit_line(counts(expit(x), expit(1.2 * x - 0.6))), counts([expit(at)], [0.5]))
    found = robustness(lines, counts([expit(at)], [0.5]))
    assert np.mean((found.low <= truth) & (truth <= found.high)) == pytest.approx(0.95, abs=0.012)
    beyond = effective_robustness(lines, counts([expit(at)], expit(new)))
    assert np.mean((found.baseline_low <= beyond) & (beyond <= found.baseline_high)) == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize(
    ("id_accuracy", "message"),
    [([0.4, 0.5], "2 baselines.*needs 3"), ([0.5, 0.5, 0.5], "the same in-distribution accuracy")],
)
def test_too_few_or_equal_baselines_are_refused(id_accuracy, message):
    with pytest.raises(UserError, match=message):
        fit_line(counts(id_accuracy, np.full(len(id_accuracy), 0.3)))


def test_the_shifts_have_as_many_images_as_their_papers_say():
    sizes = {"ImageNet v2": 10_000, "ImageNet Sketch": 50_889, "ImageNet-A": 7_500, "ImageNet-R": 30_000}
    assert {name: SHIFTS[name].images for name in sizes} == sizes


@pytest.mark.parametrize("shift", SHIFTS)
def test_public_clip_models_are_effectively_robust(published, shift):
    baselines, clip = published["baselines"], published["models"]
    line = fit_line(shift_counts(baselines, shift))
    assert line.baselines == len(baselines)
    assert line.r_squared > (0.99 if shift == "ImageNet v2" else 0.75)
    found = robustness(line, shift_counts(clip, shift))
    inside = ~found.extrapolates
    assert inside.sum() > 90
    assert (found.low[inside] > 0).all()
    assert (found.rho > found.baseline_high)[inside].all()
    assert (found.rho > 0)[inside].all()


def test_baselines_themselves_are_not(published):
    baselines = published["baselines"]
    for shift in SHIFTS:
        models = shift_counts(baselines, shift)
        found = robustness(fit_line(models), models)
        within = (found.baseline_low <= found.rho) & (found.rho <= found.baseline_high)
        assert within.mean() > 0.9
        assert abs(np.median(found.rho)) < 2.5


def test_effective_robustness_follows_the_training_pool(published):
    """One architecture, one accuracy, two pools: on sketches, LAION's models are ahead of OpenAI's."""
    baselines, clip = published["baselines"], published["models"]
    models = clip[(clip["name"] == "ViT-B-16") & clip["pretrained"].isin(["openai", "laion400m_e32"])]
    line = fit_line(shift_counts(baselines, "ImageNet Sketch"))
    rho = dict(
        zip(models["pretrained"], effective_robustness(line, shift_counts(models, "ImageNet Sketch")), strict=True)
    )
    assert rho["laion400m_e32"] > rho["openai"] + 5 > 20
