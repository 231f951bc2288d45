"""SimCLR and DINO against slow loops from their papers."""

import math

import numpy as np
import pytest
import torch

from clipcause.errors import UserError

WEIGHTS = [0.0, 2.0, 0.5, 1.0, 3.0, 0.5, 0.25]
SMALL = {"hidden": 12, "bottleneck": 6, "prototypes": 10}


def parts(objective, images, rows):
    """The features of two views, in double precision, and the share by which each sample counts."""
    views = tuple(images.roll(number, dims=-1) for number in range(2))
    return [each.detach().double().numpy() for each in objective.features(views, rows)]


def shares(rows, weights):
    return [weights[row] * len(weights) / sum(weights) for row in rows]


@pytest.mark.parametrize("weights", [[1.0] * 7, WEIGHTS], ids=["equal", "weighted"])
def test_simclr_against_a_slow_loop_over_views(make_objective, loss_of, weights):
    own = {"projection": 5, "temperature": 0.3}
    objective, _, _ = make_objective("simclr", own, samples=7, columns={"weight": weights})
    images, rows = torch.randn(4, 3, 12, 12), torch.tensor([6, 0, 3, 2])
    first, second = parts(objective, images, rows)
    z = [*first, *second]
    assert first.shape == (4, 5) and np.linalg.norm(z, axis=1) == pytest.approx(1)
    total, share = 0.0, shares(rows, weights)
    for i in range(8):
        j = (i + 4) % 8
        negatives = sum(math.exp(np.dot(z[i], z[k]) / 0.3) for k in range(8) if k != i)
        total += share[i % 4] * -math.log(math.exp(np.dot(z[i], z[j]) / 0.3) / negatives)
    assert loss_of(objective, images, rows).item() == pytest.approx(total / 8, rel=1e-5)


def softmax(values):
    return np.exp(values - values.max()) / np.exp(values - values.max()).sum()


def slow_dino(objective, features, share, chosen):
    """The mean loss, and the mean of the teacher's logits, of prototypes `chosen`."""
    students, teachers = features[:2], features[2:]
    of_student, of_teacher = (
        head.prototypes.weight.detach().double().numpy()[chosen]
        for head in (objective.projection, objective.teacher_projection)
    )
    center = objective.center.double().numpy()[chosen]
    cosines = lambda x, rows: np.array([np.dot(x, row) / np.linalg.norm(row) for row in rows])  # noqa: E731
    total = 0.0
    for i in range(len(share)):
        for u, v in ((0, 1), (1, 0)):
            target = softmax((cosines(teachers[u][i], of_teacher) - center) / 0.04)
            guess = softmax(cosines(students[v][i], of_student) / 0.1)
            total -= share[i] * sum(t * math.log(g) for t, g in zip(target, guess, strict=True)) / 2
    told = [cosines(x, of_teacher) for view in teachers for x in view]
    return total / len(share), np.mean(told, axis=0)


def unlike(objective):
    """Set student, teacher and centre apart, as they are in the midst of training."""
    for parameter in objective.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    objective.center.uniform_(-0.1, 0.1)


@pytest.mark.parametrize("weights", [[1.0] * 7, WEIGHTS], ids=["equal", "weighted"])
@pytest.mark.parametrize("per_step", [None, 4])
def test_dino_against_a_slow_loop_over_prototypes(make_objective, loss_of, weights, per_step):
    own = SMALL | {"prototypes_per_step": per_step}
    objective, _, _ = make_objective("dino", own, samples=7, columns={"weight": weights})
    torch.manual_seed(0)
    unlike(objective)
    images, rows = torch.randn(4, 3, 12, 12), torch.tensor([6, 0, 3, 2])
    chosen = np.arange(10)
    if per_step:
        chosen = torch.randperm(10, generator=torch.Generator().manual_seed(3))[:4].numpy()
    expected, told = slow_dino(objective, parts(objective, images, rows), shares(rows, weights), chosen)
    center = objective.center.double().numpy().copy()
    loss = loss_of(objective, images, rows, seed=3)
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    np.testing.assert_array_equal(objective.center.double().numpy(), center)
    objective.after_step(0.5)
    center[chosen] = 0.9 * center[chosen] + 0.1 * told
    np.testing.assert_allclose(objective.center.numpy(), center, atol=1e-6)
    loss.backward()
    moved = objective.projection.prototypes.weight.grad.abs().sum(dim=1).nonzero().flatten()
    assert set(moved.tolist()) == set(chosen.tolist())


def test_prototypes_are_drawn_uniformly(make_objective):
    objective, _, _ = make_objective("dino", SMALL | {"prototypes_per_step": 3})
    counts = torch.zeros(10)
    for seed in range(2000):
        chosen = objective._chosen(torch.Generator().manual_seed(seed))
        assert len(set(chosen.tolist())) == 3
        counts[chosen] += 1
    assert (counts / 2000 - 0.3).abs().max() < 4 * math.sqrt(0.3 * 0.7 / 2000)


def test_the_teacher_follows_ever_more_slowly(make_objective):
    objective, _, _ = make_objective("dino", SMALL | {"teacher_momentum": 0.9})
    pairs = [
        *zip(objective.teacher.parameters(), objective.model.parameters(), strict=True),
        *zip(objective.teacher_projection.parameters(), objective.projection.parameters(), strict=True),
    ]
    assert all(torch.equal(theirs, own) for theirs, own in pairs)
    for progress in (0.0, 0.5, 0.8, 1.0):
        momentum = 1 - 0.1 * (math.cos(math.pi * progress) + 1) / 2
        before = [theirs.clone() for theirs, _ in pairs]
        for _, own in pairs:
            own.data.add_(torch.randn_like(own))
        objective.after_step(progress)
        for (theirs, own), old in zip(pairs, before, strict=True):
            torch.testing.assert_close(theirs, momentum * old + (1 - momentum) * own)
    assert momentum == 1


def test_the_teacher_is_kept_and_in_checkpoints_but_not_trained(make_objective, loss_of):
    objective, built, _ = make_objective("dino", SMALL)
    assert objective.trained() is objective.teacher is not built.model
    assert objective.trained().state_dict().keys() == built.model.state_dict().keys()
    loss_of(objective, torch.randn(4, 3, 12, 12), torch.arange(4)).backward()
    for name, parameter in objective.named_parameters():
        assert not (name.startswith("teacher") and (parameter.requires_grad or parameter.grad is not None))
    other, _, _ = make_objective("dino", SMALL)
    unlike(objective)
    other.load_state_dict(objective.state_dict())
    images, rows = torch.randn(4, 3, 12, 12), torch.arange(4)
    assert torch.equal(loss_of(objective, images, rows), loss_of(other, images, rows))


def test_the_teachers_batch_norms_keep_statistics_of_their_own(make_objective, loss_of):
    objective, _, _ = make_objective("dino", SMALL)
    unlike(objective)
    loss_of(objective.train(), torch.randn(4, 3, 12, 12), torch.arange(4))
    teacher, student = (model.visual.blocks[4].running_mean for model in (objective.teacher, objective.model))
    assert teacher.abs().sum() > 0 and not torch.equal(teacher, student)


def test_the_loss_never_changes_the_teacher_through_given_features(make_objective):
    """Where a batch passes in parts, its loss is computed on features that all ask for gradients."""
    objective, _, _ = make_objective("dino", SMALL)
    leaves = [torch.randn(4, 6, requires_grad=True) for _ in range(4)]
    objective.loss(tuple(leaves), torch.arange(4), torch.Generator()).backward()
    assert [leaf.grad is not None for leaf in leaves] == [True, True, False, False]


def test_more_prototypes_than_there_are_is_an_error(make_objective):
    with pytest.raises(UserError, match="prototypes_per_step 11 is more than the 10 prototypes"):
        make_objective("dino", SMALL | {"prototypes_per_step": 11})
