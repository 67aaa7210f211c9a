"""dropout: the student's own CNN, with dropout and nothing else changed."""

from __future__ import annotations

from grader.checks import Submission, check, fail, undecided
from grader.checks.structure.followers import expect_dropout_among_hidden, expect_no_dropout_outside
from grader.checks.training.weights_path import expect_completed, trials_of
from grader.models import Chain, Role, differences


@check("dropout", 4)
def test_dropped(dropout: Role) -> None:
    """Dropout follows pools or hidden layers."""
    expect_dropout_among_hidden(dropout.chain, dropout.position)


@check("dropout", 2)
def test_not_outside(dropout: Role) -> None:
    """No dropout comes before the first layer or after the last one."""
    expect_no_dropout_outside(dropout.chain, dropout.position)


@check("dropout", 4)
def test_same_network(submission: Submission, dropout: Role) -> None:
    """Beside the dropout it is the CNN of the section before."""
    if "CNN" not in submission.roles:
        undecided("The CNN without dropout is missing, so there is nothing to compare this network with.")
    original = submission.roles["CNN"]
    found = differences(original.chain, dropout.chain, ignoring=["dropout"])
    # Of several CNNs that were tried any may be the one that is extended.
    others = [chain for chain in submission.chains_before(dropout) if not _regularised(chain)]
    if found and all(differences(chain, dropout.chain, ignoring=["dropout"]) for chain in others):
        fail(
            f"Beside dropout, this differs from the CNN in cell {original.position}: {'; '.join(found)}. Only where "
            "nothing else is changed does the comparison show what dropout does.",
            [dropout.position],
        )


@check("dropout", 1)
def test_trained(submission: Submission, dropout: Role) -> None:
    """It is trained."""
    expect_completed(submission, dropout)


@check("dropout", 1, needs=("trained",))
def test_tried(submission: Submission, dropout: Role) -> None:
    """It is tried on the test images."""
    trials_of(submission, dropout)


def _regularised(chain: Chain) -> bool:
    return any(stage.dropouts or stage.normalised for stage in chain.stages)
