"""Means over test sets and contrasts of readouts: slow references, and their coverage on simulated studies."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from synthetic_study import study, write_study

from clipcause.questions import Question, Term
from clipcause.studies.answers import estimate
from clipcause.studies.averages import Averaged, AveragedShifts
from clipcause.studies.compare import compare
from clipcause.studies.intervals import ArmValues, contrast_interval
from clipcause.studies.measured import Measured, MeasureKey
from clipcause.studies.measures import described
from clipcause.studies.pairing import mean_over_testsets, paired
from clipcause.studies.resampling import resamples, resampling_seed
from clipcause.studies.robustness import Counts
from clipcause.studies.robustness_intervals import SampledCounts, line_variance, robustness_interval
from clipcause.studies.runs import read_runs
from clipcause.studies.shifts import Shift

TESTSETS = ("balanced", "photo")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("study"), testsets=TESTSETS, per_class=15, template=True)


def claim(contrast, testset=TESTSETS):
    about = {"statement": "x", "measure": "accuracy", "testset": list(testset), "readout": "own", "attribute": None}
    return about | {"contrast": contrast, "expect": "above", "margin": 0.0}


def judged(written, claims):
    readouts = ["own", "template"]
    runs = read_runs(**written, testsets=TESTSETS, readouts=readouts)
    found = compare(study(TESTSETS, claims, readouts), runs, resamples=60)[2]
    return {each["name"]: each for each in found}


def slow_accuracy(path, testset, readout, weights):
    """One run's accuracy under weights of the samples, or as they are without."""
    frame = pd.read_parquet(path).query("testset == @testset and readout == @readout")
    right = (frame["label"] == frame["prediction"]).to_numpy(dtype=float)
    return right.mean() if weights is None else (weights * right).sum() / weights.sum()


def slow_contrast(written, weights, terms, testsets):
    """sum of weight x mean over test sets and seeds, one accuracy after the other."""
    total = 0.0
    for (arm, readout), weight in terms.items():
        paths = [path for name, path in zip(written["arms"], written["predictions"], strict=True) if name == arm]
        for testset in testsets:
            for path in paths:
                of_testset = None if weights is None else weights[testset]
                accuracy = slow_accuracy(path, testset, readout, of_testset)
                total += weight * accuracy / len(paths) / len(testsets)
    return total


def test_the_mean_over_test_sets_and_the_luck_of_its_samples(written):
    """Against accuracies one by one; the interval's sample part is the variance over 60 resamples of both test sets."""
    terms = {("clip", "own"): 1.0, ("supervised", "own"): -1.0}
    found = judged(written, {"mean": claim({"clip": 1, "supervised": -1})})["mean"]
    assert found["estimate"] == pytest.approx(slow_contrast(written, None, terms, TESTSETS))
    assert found["testset"] == "balanced, photo"
    runs = read_runs(**written, testsets=TESTSETS, readouts=["own"])
    drawn = {}
    for testset in TESTSETS:
        drawn[testset] = np.concatenate(list(resamples(runs[0].strata(testset), 60, resampling_seed(testset))))
    again = [slow_contrast(written, {t: drawn[t][row] for t in TESTSETS}, terms, TESTSETS) for row in range(60)]
    assert found["standard_error"] ** 2 >= np.var(again, ddof=1) * (1 - 1e-9)


def test_one_test_set_in_a_list_is_that_test_set(written):
    both = judged(
        written,
        {
            "listed": claim({"clip": 1, "supervised": -1}, ["photo"]),
            "alone": claim({"clip": 1, "supervised": -1}) | {"testset": "photo"},
        },
    )
    assert {**both["listed"], "name": None} == {**both["alone"], "name": None}


def test_two_readouts_of_an_arm_on_the_same_samples(written):
    terms = {("clip", "own"): 1.0, ("clip", "template"): -1.0}
    claims = {"worse": claim({"clip@own": 1, "clip@template": -1}), "same": claim({"clip": 1, "clip@own": -1})}
    found = judged(written, claims)
    assert found["worse"]["estimate"] == pytest.approx(slow_contrast(written, None, terms, TESTSETS))
    assert found["worse"]["verdict"] == "supported"  # planted: by the template a run is worse
    assert (found["same"]["estimate"], found["same"]["low"], found["same"]["high"]) == (0, 0, 0)


def test_a_readout_that_an_arm_does_not_have_is_the_reason(written):
    found = judged(written, {"none": claim({"supervised@template": 1, "clip@template": -1})})["none"]
    assert found["verdict"] == "inconclusive" and "trains no text tower" in found["reason"]


def arm(values, resampled=None, family="clip"):
    values = np.array(values, dtype=float)
    return ArmValues(family, values, np.repeat(values[None], 4, axis=0) if resampled is None else resampled)


def test_the_luck_of_a_seed_on_all_test_sets_is_one_chance():
    """By hand: seeds 0, 1, 2 and 0, 3, 6 are in the mean 0, 2, 4, whose variance is 4."""
    (mean,) = mean_over_testsets([{"a": arm([0, 1, 2])}, {"a": arm([0, 3, 6]), "b": arm([1, 1, 1])}]).values()
    assert mean.values.tolist() == [0, 2, 4]
    assert contrast_interval({"a": 1.0}, {"a": mean}).standard_error == pytest.approx(np.sqrt(4 / 3))


def test_the_luck_of_a_seed_in_both_readouts_drops_out_of_their_difference():
    values = {"x": {"a": arm([1, 2, 3]), "b": arm([5, 9, 7])}, "y": {"a": arm([0, 1, 2]), "b": arm([5, 9, 7])}}
    contrast, arms = paired({Term("a", "x"): 2.0, Term("a", "y"): -2.0}, values)
    found = contrast_interval(contrast, arms)
    assert (found.value, found.standard_error) == (pytest.approx(2), pytest.approx(0))
    assert found.seeds == 3 and len(arms) == 2  # arm b is pooled with it


def test_several_readouts_of_several_arms_are_their_weighted_sum():
    random = np.random.default_rng(0)
    values = {by: {name: arm(random.normal(size=3), random.normal(size=(9, 3))) for name in "ab"} for by in "xy"}
    terms = {Term("a", "x"): 1.0, Term("b", "x"): -1.0, Term("a", "y"): -0.5, Term("b", "y"): 0.25}
    contrast, arms = paired(terms, values)
    found = contrast_interval(contrast, arms)
    value, again = 0.0, np.zeros(9)
    for (name, by), weight in terms.items():
        value += weight * values[by][name].values.mean()
        again += weight * values[by][name].resampled.mean(axis=1)
    assert found.value == pytest.approx(value)
    assert found.sample_variance == pytest.approx(np.var(again, ddof=1))


def simulated(random, studies, correlated):
    """accuracies of two arms on two sets of 120 samples, or by two readouts of one.

    `correlated`: both sets are the same samples, as two readouts have them.
    """
    weights, luck = [], {name: random.normal(0, 0.3, (3, studies)) for name in "ab"}
    found = [{}, {}]
    chance = random.normal(0, 0.7, (2, 120, 1, studies))
    for place in range(2):
        if place == 0 or not correlated:
            weights = np.concatenate(list(resamples(np.arange(120) % 4, 200, int(random.integers(2**31)))))
            weights = np.concatenate([np.ones((1, 120)), weights]) / 120
        hard = chance[0 if correlated else place]
        for name, ability in {"a": 0.6, "b": 0.2}.items():
            own = random.normal(0, 0.6, (120, 1, studies)) + random.normal(0, 0.4, (120, 3, studies))
            again = luck[name] + random.normal(0, 0.15, (3, studies))
            right = (ability + 0.2 * place + again + hard + own > 0).astype(float)
            accuracy = np.tensordot(weights, right, 1)
            found[place][name] = ArmValues("clip", accuracy[0], accuracy[1:])
    return found


def share_covered(found):
    truth = found.value.mean()
    return np.mean((found.low <= truth) & (truth <= found.high))


def test_means_over_test_sets_cover_in_19_of_20_simulated_studies():
    """800 studies leave a chance of 1.5 points either way."""
    values = mean_over_testsets(simulated(np.random.default_rng(1), 800, correlated=False))
    assert 0.93 <= share_covered(contrast_interval({"a": 1.0, "b": -1.0}, values)) <= 0.975
    assert 0.93 <= share_covered(contrast_interval({"a": 1.0}, values)) <= 0.975


def test_differences_of_readouts_cover_in_19_of_20_simulated_studies():
    by = dict(zip("xy", simulated(np.random.default_rng(2), 800, correlated=True), strict=True))
    found = contrast_interval(*paired({Term("a", "y"): 1.0, Term("a", "x"): -1.0}, by))
    assert 0.93 <= share_covered(found) <= 0.975
    apart = {"y": by["y"]["a"], "x": by["x"]["a"]}
    assert found.standard_error.mean() < 0.7 * contrast_interval({"y": 1.0, "x": -1.0}, apart).standard_error.mean()


SHIFTS = ("sketch", "cartoon")


def shifted(seed, scatter=0.15, together=0.8, effect=0.0):
    """Two shifts of one reference, six baselines whose scatter about both lines is correlated, and two arms."""
    random = np.random.default_rng([seed, 23])
    sizes = {"photo": 300, "sketch": 200, "cartoon": 250}
    chance = {name: random.normal(0, 0.7, size) for name, size in sizes.items()}
    weights = {}
    for number, (name, size) in enumerate(sizes.items()):
        weights[name] = np.concatenate(list(resamples(np.zeros(size, dtype=int), 100, 3 * seed + number)))

    def model(ability, above):
        ids = ability + random.normal(0, 0.08, 3)
        reached = {"photo": ids} | {name: 0.9 * ids - 0.7 + above[name] + random.normal(0, 0.08, 3) for name in SHIFTS}
        counts = {}
        for name, of in reached.items():
            own = random.normal(0, 0.6, sizes[name]) + random.normal(0, 0.5, (3, sizes[name]))
            right = (of[:, None] + chance[name] + own > 0).astype(float)
            counts[name] = right.sum(axis=1), weights[name] @ right.T
        return counts

    baselines = []
    for ability in np.linspace(0.1, 1.5, 6):
        common = random.normal(0, scatter)
        above = {name: together * common + np.sqrt(1 - together**2) * random.normal(0, scatter) for name in SHIFTS}
        baselines.append(model(ability, above))
    arms = {"raw": model(0.7, dict.fromkeys(SHIFTS, 0.0)), "changed": model(1.1, dict.fromkeys(SHIFTS, effect))}
    found = {}
    for name in SHIFTS:
        totals = float(sizes["photo"]), float(sizes[name])

        def sampled(model, times=1.0, name=name, totals=totals):
            (id_now, id_again), (now, again) = model["photo"], model[name]
            of = [(id_now, now), (id_again, again)]
            if times > 1:
                of = [(one.sum(axis=-1), other.sum(axis=-1)) for one, other in of]
            return [Counts(one, times * totals[0], other, times * totals[1]) for one, other in of]

        of_arms = {arm: SampledCounts(*sampled(of)) for arm, of in arms.items()}
        summed = [sampled(each, 3.0) for each in baselines]
        lined = []
        for place in range(2):
            columns = [(each[place].id_correct, each[place].shift_correct) for each in summed]
            ids, shifts = (np.stack(column, axis=-1) for column in zip(*columns, strict=True))
            lined.append(Counts(ids, 3 * totals[0], shifts, 3 * totals[1]))
        families = dict.fromkeys(arms, "clip")
        found[name, "own"] = Shift(name, "photo", "own", 4, families, of_arms, SampledCounts(*lined), {})
    return found


TERMS = {Term("changed", "own"): 1.0, Term("raw", "own"): -1.0}
CONTRAST = {"changed": 1.0, "raw": -1.0}


def test_one_shift_is_what_it_was():
    shifts = shifted(0)
    one = AveragedShifts("effective_robustness", ("sketch",), shifts).interval(TERMS)
    shift = shifts["sketch", "own"]
    other = robustness_interval(CONTRAST, shift.families, shift.arms, shift.baselines)
    assert [one.value, one.low, one.high] == pytest.approx([other.value, other.low, other.high])


def test_several_shifts_against_fits_one_by_one():
    """Every resample has its own reference, shared by both shifts, on which both lines are fitted again."""
    shifts = shifted(1)
    found = AveragedShifts("effective_robustness", SHIFTS, shifts).interval(TERMS)

    def slow(counts_of):
        total = 0.0
        for name in SHIFTS:
            shift = shifts[name, "own"]
            baselines = counts_of(shift.baselines)
            slope, intercept = np.polyfit(baselines.id_logit, logit(baselines.shift_accuracy), 1)
            for each, weight in CONTRAST.items():
                arm = counts_of(shift.arms[each])
                rho = 100 * (arm.shift_accuracy - expit(slope * arm.id_logit + intercept))
                total += weight * rho.mean() / 2
        return total

    def on(row):
        return lambda sampled: Counts(
            sampled.resampled.id_correct[row],
            sampled.resampled.id_total,
            sampled.resampled.shift_correct[row],
            sampled.resampled.shift_total,
        )

    assert found.value == pytest.approx(slow(lambda sampled: sampled.observed))
    assert found.sample_variance == pytest.approx(np.var([slow(on(row)) for row in range(100)], ddof=1))


def test_baselines_that_leave_both_lines_together_widen_the_mean_more_than_those_that_leave_one():
    """The line's part of the mean of two shifts: a quarter of four covariances, of which the mixed ones are left out
    by whoever takes the shifts to be independent."""

    def parts(together):
        whole, apart = [], []
        for seed in range(25):
            shifts = shifted(seed, scatter=0.3, together=together)
            alone = [line_variance({"raw": 1.0}, each.arms, each.baselines) for each in shifts.values()]
            apart.append(sum(alone) / 4)
            mean = AveragedShifts("effective_robustness", SHIFTS, shifts)
            values = mean_over_testsets([each.values for each in shifts.values()])
            seeds = contrast_interval({"raw": 1.0}, values)
            whole.append(mean.interval({Term("raw", "own"): 1.0}).standard_error ** 2 - seeds.standard_error**2)
        return np.mean(whole) / np.mean(apart)

    assert parts(together=1.0) == pytest.approx(2, rel=0.25)
    assert parts(together=0.0) == pytest.approx(1, rel=0.35)


@pytest.mark.parametrize("together", [0.0, 0.9])
def test_effective_robustness_in_the_mean_over_shifts_covers(together):
    """200 studies leave a chance of 3 points either way."""
    for terms in (TERMS, {Term("raw", "own"): 1.0}):
        found = [
            AveragedShifts("effective_robustness", SHIFTS, shifted(seed, together=together)).interval(terms)
            for seed in range(200)
        ]
        value, low, high = np.array([[each.value, each.low, each.high] for each in found]).T
        assert 0.915 <= np.mean((low <= value.mean()) & (value.mean() <= high)) <= 0.99


def test_readouts_of_a_measure_that_hangs_on_none_are_one_term():
    """A measure of the user's own may have none; what is named by two readouts is then the same number."""
    key = MeasureKey("mine.width")
    kept = {("balanced", key): Measured(described(key.measure), {"a": arm([1, 2, 4])})}
    question = Question((key.measure,), ("balanced",), None, None, {}, {}, "testset")
    terms = {Term("a", "x"): 1.0, Term("a", "y"): -1.0}
    assert estimate(question._replace(terms=terms), kept, {}).value == 0
    assert estimate(question._replace(terms={Term("a", "x"): 3.0}), kept, {}).value == 7


def test_a_measure_that_is_not_there_is_the_reason():
    mean = Averaged("accuracy", TESTSETS, {})
    assert mean.reason([Term("a", "own")]) == "accuracy is not measured on test set balanced"
