"""Networks on the trusted side: canonical chains, their comparison, and which one answers which exercise."""

from grader.models.alignment import (
    Pair,
    align,
    difference,
    parameters_with_paddings,
    same_kinds,
    similarity,
)
from grader.models.arithmetic import total_parameters, worked_out
from grader.models.attribution import Candidate, Network, Role, attribute
from grader.models.relations import differences
from grader.models.stages import Chain, Stage, chain_of, expected_chain

__all__ = [
    "Candidate",
    "Chain",
    "Network",
    "Pair",
    "Role",
    "Stage",
    "align",
    "attribute",
    "chain_of",
    "difference",
    "differences",
    "expected_chain",
    "parameters_with_paddings",
    "same_kinds",
    "similarity",
    "total_parameters",
    "worked_out",
]
