"""s7.bn, s7.augment and s7.lr: batch normalisation, augmentation, and learning rates that go down."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from grader.checks import FitRun, Submission, check, fail, not_attempted, partial
from grader.checks.structure.googlenets import GoogLeNets, Variant
from grader.checks.training.protocol import evaluations_of
from grader.checks.training.rounds import expect_accuracy_shown, ignored_assignment, lineages, rates_of
from grader.evidence.schema import ModelSnapshot
from grader.models import Role, same_kinds
from reference import googlenet

NEAR = 0.01


@pytest.fixture
def augmented(nets: GoogLeNets) -> list[Variant]:
    """The GoogLeNets that are trained on varied images."""
    found = nets.augmented()
    if not found:
        not_attempted("No GoogLeNet was found whose images are varied by random layers.")
    return found


@pytest.fixture
def longest(submission: Submission, nets: GoogLeNets) -> list[FitRun]:
    """Of the trainings that go on from one another those with the most learning rates."""
    nets.expect_possible()
    found = lineages(submission, nets.fits(nets.all))
    if not found:
        not_attempted("No GoogLeNet was trained, so there is no training to go on with.")
    return max(found, key=lambda lineage: (_steps(lineage), len(lineage)))


@check("s7.bn", 2)
def test_normalised(network: Role, normalised: Role) -> None:
    """There is the same network with batch normalisation."""
    if not same_kinds(normalised.chain, network.chain):
        fail(
            "The network with batch normalisation differs from the one without it in more than that: its layers and "
            "modules are not of the same kinds in the same order.",
            [normalised.position],
        )


@check("s7.bn", 2)
def test_normalised_trained(nets: GoogLeNets, normalised: Role) -> None:
    """It is compiled and trained."""
    if not nets.fits(nets.with_normalisation()):
        fail("The network with batch normalisation was never trained.", [normalised.position])


@check("s7.bn", 1)
def test_normalised_evaluated(submission: Submission, normalised: Role) -> None:
    """It is evaluated on the test set."""
    expect_accuracy_shown(submission, evaluations_of(submission, normalised))


@check("s7.augment", 3)
def test_kinds(submission: Submission, augmented: list[Variant]) -> None:
    """Images are flipped, rotated and varied in contrast."""
    layers = {name for variant in augmented for name in variant.random}
    # Layers that are applied to the data set are a model of their own.
    layers |= {
        str(node.config.get("class"))
        for snapshot in submission.evidence.of(ModelSnapshot)
        for node in snapshot.nodes
        if node.op == "random"
    }
    missing = [name for name in googlenet.AUGMENTATION if name not in layers]
    if missing:
        found = ", ".join(sorted(layers)) or "none"
        partial(
            1 - len(missing) / len(googlenet.AUGMENTATION),
            f"Random layers found: {found}. Expected {', '.join(missing)}, too.",
            [variant.role.position for variant in augmented],
        )


@check("s7.augment", 1)
def test_before_scaling(augmented: list[Variant]) -> None:
    """Images are varied before the preprocessing."""
    if all(variant.random_after_scaling for variant in augmented):
        fail(
            "The random layers come after the values were scaled. The exercise asks for them before the "
            "preprocessing: RandomContrast, for one, expects pixel values as they are loaded.",
            [augmented[-1].role.position],
        )


@check("s7.augment", 1)
def test_only_in_training(submission: Submission, nets: GoogLeNets, augmented: list[Variant]) -> None:
    """Images are varied in training, and left as they are otherwise."""
    runs = nets.fits(augmented)
    seen = [run.asked.x.prepared for run in runs if run.asked.x.prepared is not None]
    if seen and all(prepared.random_inference for prepared in seen):
        fail(
            "The same images give other values each time the network is evaluated: the random layers are active "
            "outside training, too, so that test images are judged in varied form.",
            [submission.evidence.position(runs[-1].asked.cell)],
        )
    if seen and not any(prepared.random_training for prepared in seen) and not any(map(nets.augments_data, augmented)):
        fail(
            "The same images give the same values each time in training: nothing is varied.",
            [submission.evidence.position(runs[-1].asked.cell)],
        )


@check("s7.augment", 1)
def test_augmented_trained(nets: GoogLeNets, augmented: list[Variant]) -> None:
    """A GoogLeNet is trained on varied images."""
    if not nets.fits(augmented):
        fail("The network with random layers was never trained.", [augmented[0].role.position])


@check("s7.lr", 3)
def test_first_step(submission: Submission, nets: GoogLeNets, longest: list[FitRun]) -> None:
    """The training goes on with a tenth of the learning rate."""
    if _steps(longest) < 1:
        _complain(submission, nets, longest)


@check("s7.lr", 3)
def test_second_step(submission: Submission, nets: GoogLeNets, longest: list[FitRun]) -> None:
    """It goes on once more with a tenth of that."""
    if _steps(longest) < googlenet.RATE_STEPS:
        _complain(submission, nets, longest)


def _steps(lineage: list[FitRun]) -> int:
    """How many times the learning rate went down to a tenth."""
    rates = rates_of(lineage)
    return sum(
        math.isclose(after, before * googlenet.RATE_STEP_FACTOR, rel_tol=NEAR) for before, after in pairwise(rates)
    )


def _complain(submission: Submission, nets: GoogLeNets, longest: list[FitRun]) -> None:
    """Say why there are fewer steps than asked for."""
    cells = [submission.evidence.position(run.asked.cell) for run in longest]
    rates = ", ".join(f"{rate:g}" for rate in rates_of(longest))
    if ignored_assignment(submission):
        fail(
            f"The learning rates of the trainings were {rates}. `optimizer.lr = …` has no effect in Keras 3: "
            "the rate stayed as it was. The attribute is called `learning_rate`.",
            cells,
        )
    steps = _steps(longest)
    lowered = [run for run in nets.fits(nets.all) if run not in longest and _is_lower(run, longest)]
    if lowered:
        fail(
            "A smaller learning rate was used on weights that are fresh, expected on those of the network that was "
            "trained before: the exercise is to go on from there.",
            [submission.evidence.position(run.asked.cell) for run in lowered],
        )
    if len(longest) < 2:
        not_attempted("No GoogLeNet was trained further after its training had ended.")
    if steps == 0:
        fail(f"The learning rates of the trainings were {rates}; expected a tenth in the next one.", cells)
    fail(f"The learning rates of the trainings were {rates}; expected a tenth once more.", cells)


def _is_lower(run: FitRun, lineage: list[FitRun]) -> bool:
    rates = rates_of([run])
    return bool(rates) and rates[0] < (1 - NEAR) * max(rates_of(lineage), default=0.0)
