"""The convolutions and pools before the dense layers: their kinds in order, a share lost for each that is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.checks.outcomes import Failed, Partial
from grader.checks.structure.networks import expect_feature_part
from grader.models import Chain, Stage, expected_chain
from reference.first_cnn import MODEL_2

KINDS = {"C": "conv2d", "P": "max_pool", "A": "average_pool", "F": "flatten", "D": "dense"}
EXPECTED = expected_chain(MODEL_2)


def chain(kinds: str) -> Chain:
    return Chain(tuple(Stage(KINDS[kind]) for kind in kinds), 0)


@pytest.mark.parametrize("kinds", ["CCPCCPFDD", "CCPCCPFD", "CCPCCPFDDDD", "CCACCPFDD"])
def test_right_order_whatever_dense_layers_follow(kinds: str) -> None:
    expect_feature_part(chain(kinds), EXPECTED, 7)


@pytest.mark.parametrize(
    ("kinds", "share", "found"),
    [
        ("CCPCPFDD", 2 / 3, "CONV - CONV - POOL - CONV - POOL - FLATTEN"),
        ("CCPCCPDD", 2 / 3, "CONV - CONV - POOL - CONV - CONV - POOL"),
        ("CCCPCCPFDD", 2 / 3, "CONV - CONV - CONV - POOL - CONV - CONV - POOL - FLATTEN"),
        ("CPCCCPFDD", 1 / 3, "CONV - POOL - CONV - CONV - CONV - POOL - FLATTEN"),
    ],
)
def test_each_layer_too_many_or_too_few_costs_a_share(kinds: str, share: float, found: str) -> None:
    with pytest.raises(Partial, match=f"found {found}, expected CONV - CONV - POOL - CONV") as partial:
        expect_feature_part(chain(kinds), EXPECTED, 7)
    assert partial.value.share == pytest.approx(share)
    assert partial.value.cells == (7,)


@pytest.mark.parametrize("kinds", ["CCPFDD", "FDD", "DD"])
def test_nothing_is_left_where_half_is_missing(kinds: str) -> None:
    with pytest.raises(Failed):
        expect_feature_part(chain(kinds), EXPECTED, 7)


def test_what_branches_is_no_chain() -> None:
    with pytest.raises(Failed, match="do not form a chain"):
        expect_feature_part(replace(EXPECTED, branched=True), EXPECTED, 7)
