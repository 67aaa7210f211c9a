"""Trained models built again on the trusted side, and what does not fit together in what a run reported."""

from grader.verification.contradictions import with_contradictions
from grader.verification.process import verified

__all__ = ["verified", "with_contradictions"]
