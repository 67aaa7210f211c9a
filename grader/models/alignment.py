"""Two chains side by side: which stage of one answers to which of the other, and how alike they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from grader.models.stages import Chain, Stage
from reference.architecture import Padding, conv_parameters, dense_parameters, output_side

__all__ = ["Pair", "align", "difference", "parameters_with_paddings", "same_kinds", "similarity"]

_GAP = 0.6
_OTHER_KIND = 1.5
"""Dearer than a gap on either side: a pool never stands for a convolution."""


class Pair(NamedTuple):
    """A found stage beside the expected one; None where one chain has nothing to answer the other."""

    found: Stage | None
    expected: Stage | None


def align(found: Sequence[Stage], expected: Sequence[Stage]) -> list[Pair]:
    """The pairing of least difference, in order of both chains."""
    costs = _costs(found, expected)
    pairs: list[Pair] = []
    i, j = len(found), len(expected)
    while i or j:
        if i and j and costs[i][j] == costs[i - 1][j - 1] + difference(found[i - 1], expected[j - 1]):
            i, j = i - 1, j - 1
            pairs.append(Pair(found[i], expected[j]))
        elif i and costs[i][j] == costs[i - 1][j] + _GAP:
            i -= 1
            pairs.append(Pair(found[i], None))
        else:
            j -= 1
            pairs.append(Pair(None, expected[j]))
    return pairs[::-1]


def similarity(found: Chain, expected: Chain) -> float:
    """From 1 for the same stages to 0 for nothing in common."""
    cost = _costs(found.stages, expected.stages)[-1][-1]
    worst = _GAP * (len(found.stages) + len(expected.stages))
    return max(0.0, 1 - cost / worst) if worst else 1.0


def difference(found: Stage, expected: Stage) -> float:
    """Cost of taking one stage for the other: 0 where they agree in everything that is asked for."""
    if found.op != expected.op:
        return _OTHER_KIND
    cost = 0.0
    for name, weight in (
        ("filters", 0.25),
        ("kernel", 0.25),
        ("units", 0.4),
        ("pool", 0.2),
        ("strides", 0.1),
        ("padding", 0.1),
        ("convolutions", 0.3),
    ):
        wanted = expected.config.get(name)
        if wanted is not None and found.config.get(name) != wanted:
            cost += weight
    if expected.activations and found.activations != expected.activations:
        cost += 0.05
    if expected.dropouts != found.dropouts:
        cost += 0.05
    if abs(expected.l2 - found.l2) > 1e-9:
        cost += 0.02
    return cost


def _costs(found: Sequence[Stage], expected: Sequence[Stage]) -> list[list[float]]:
    costs = [[0.0] * (len(expected) + 1) for _ in range(len(found) + 1)]
    for i in range(len(found) + 1):
        for j in range(len(expected) + 1):
            options = []
            if i and j:
                options.append(costs[i - 1][j - 1] + difference(found[i - 1], expected[j - 1]))
            if i:
                options.append(costs[i - 1][j] + _GAP)
            if j:
                options.append(costs[i][j - 1] + _GAP)
            if options:
                costs[i][j] = min(options)
    return costs


def same_kinds(found: Chain, expected: Chain) -> bool:
    """Whether both chains have the same kinds of stages in the same order."""
    return [stage.op for stage in found.stages] == [stage.op for stage in expected.stages]


def parameters_with_paddings(found: Chain, expected: Chain) -> int:
    """Parameters of the expected chain for CIFAR-10 images with the paddings of the found one.

    A padding that is asked for is kept. Where the chains differ in kind there are no paddings to take over, and the
    count is that of the reference.
    """
    if not same_kinds(found, expected):
        return expected.parameters
    side, channels, width, total = 32, 3, 0, 0
    for have, want in zip(found.stages, expected.stages, strict=True):
        padding: Padding = "same" if want.config.get("padding", have.padding) == "same" else "valid"
        if want.op == "conv2d":
            kernel, filters = want.config["kernel"][0], want.config["filters"]
            total += conv_parameters((kernel, kernel), channels, filters)
            side, channels = output_side(side, kernel, want.config["strides"][0], padding), filters
        elif want.op == "max_pool":
            side = output_side(side, want.config["pool"][0], want.config["strides"][0], padding)
        elif want.op == "flatten":
            width = side * side * channels
        elif want.op == "dense":
            total += dense_parameters(width, want.config["units"])
            width = want.config["units"]
    return total
