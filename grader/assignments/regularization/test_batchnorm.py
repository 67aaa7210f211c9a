"""batchnorm: the student's own network with dropout, normalised between linear parts and activations."""

from __future__ import annotations

from dataclasses import replace

from grader.checks import Submission, check, fail, undecided
from grader.checks.structure.followers import expect_normalised, expect_normalised_by_channel
from grader.checks.training.weights_path import expect_completed, trials_of
from grader.models import Chain, Role, differences


@check("batchnorm", 5)
def test_convolutions_normalised(batchnorm: Role) -> None:
    """In the convolution part, batch normalisation stands between linear part and activation."""
    expect_normalised(batchnorm.chain, "conv", "convolution", batchnorm.position)


@check("batchnorm", 4)
def test_dense_normalised(batchnorm: Role) -> None:
    """In the fully connected part, too, it stands between linear part and activation."""
    expect_normalised(batchnorm.chain, "dense", "hidden dense layer", batchnorm.position)


@check("batchnorm", 1)
def test_by_channel(batchnorm: Role) -> None:
    """It normalises features of hidden layers, each by itself."""
    expect_normalised_by_channel(batchnorm.snapshot, batchnorm.position)


@check("batchnorm", 4)
def test_same_network(submission: Submission, batchnorm: Role) -> None:
    """Beside the batch normalisation it is the network of the section before."""
    dropout, cnn = submission.roles.get("CNN with dropout"), submission.roles.get("CNN")
    original = dropout or cnn
    if original is None:
        undecided("The networks before it are missing, so there is nothing to compare this one with.")
    found = _changes(original.chain, batchnorm.chain)
    bases = [chain for chain in submission.chains_before(batchnorm) if _drops(chain)]
    if dropout is not None and cnn is not None and _changes(cnn.chain, dropout.chain):
        # The network with dropout is no longer the CNN, which is paid for there; going on from the CNN is right.
        bases.append(cnn.chain)
    if found and _drops(batchnorm.chain) and not all(_changes(chain, batchnorm.chain) for chain in bases):
        return
    if found:
        fail(
            f"Beside batch normalisation, this differs from the network in cell {original.position}: "
            f"{'; '.join(found)}. The network of the section before was to be extended.",
            [batchnorm.position],
        )


@check("batchnorm", 1)
def test_trained(submission: Submission, batchnorm: Role) -> None:
    """It is trained."""
    expect_completed(submission, batchnorm)


@check("batchnorm", 1, needs=("trained",))
def test_tried(submission: Submission, batchnorm: Role) -> None:
    """It is tried on the test images."""
    trials_of(submission, batchnorm)


def _changes(original: Chain, changed: Chain) -> list[str]:
    """What differs beside batch normalisation; biases, which it makes needless, and rates of dropout are left free."""
    if _drops(original):
        return differences(_inner(original), _inner(changed), ignoring=["batch_norm", "bias"])
    return differences(original, changed, ignoring=["batch_norm", "bias", "dropout"])


def _inner(chain: Chain) -> Chain:
    """The chain with dropout of one rate, and with none before and after all layers: that is judged at its exercise."""
    stages = [replace(stage, dropouts=tuple(0.5 for _ in stage.dropouts)) for stage in chain.stages]
    sequence = tuple(name for name in stages[-1].sequence if name != "dropout")
    stages[-1] = replace(stages[-1], dropouts=(), sequence=sequence)
    return replace(chain, stages=tuple(stages), leading=())


def _drops(chain: Chain) -> bool:
    """Whether hidden values are dropped."""
    return any(stage.dropouts for stage in chain.stages[:-1])
