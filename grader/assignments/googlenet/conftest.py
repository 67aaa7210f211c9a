"""What the checks of `googlenet` ask for: the student's own module, the networks made of it, and their trainings."""

from __future__ import annotations

import pytest

from grader.checks import FitRun, Submission, not_attempted
from grader.checks.structure.googlenets import GoogLeNets
from grader.models import Role


@pytest.fixture
def nets(submission: Submission) -> GoogLeNets:
    """The GoogLeNets of the notebook."""
    return GoogLeNets(submission)


@pytest.fixture
def network(nets: GoogLeNets) -> Role:
    """The GoogLeNet of the first exercises."""
    return nets.role(nets.plain())


@pytest.fixture
def fits(nets: GoogLeNets) -> list[FitRun]:
    """Its trainings."""
    found = nets.fits(nets.plain())
    if not found:
        not_attempted("GoogLeNet was never trained.")
    return found


@pytest.fixture
def normalised(nets: GoogLeNets) -> Role:
    """The GoogLeNet with batch normalisation."""
    variants = nets.with_normalisation()
    if not variants:
        not_attempted("No GoogLeNet with batch normalisation was built.")
    return nets.role(variants)
