"""An inception module of a student's own beside the reference: branch by branch, by its graph and by what it computes.

The module was probed with widths that are all different and weights that were drawn anew. So the filters of a
convolution tell which one is meant, whatever it is called, and the output of a right branch can be worked out and
looked for among the channels of the module's output, in whatever order the branches are joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grader.evidence.schema import Probe
from grader.evidence.values import Node
from reference import inception

__all__ = ["ModuleAnswer", "branch_fault"]

Array = NDArray[np.float64]

_WIDTHS = tuple(field.name for field in fields(inception.Widths))
_TOLERANCE = 1e-3
"""Outputs are of the order of 1, and single precision leaves five digits of them."""
_FOLLOWS = ("activation", "batch_norm", "dropout")


@dataclass(frozen=True)
class ModuleAnswer:
    """What a module answered to a probe that gave it six different widths, on so many channels."""

    probe: Probe

    @cached_property
    def widths(self) -> inception.Widths:
        """The widths that it was made with."""
        given = self.probe.arguments
        return inception.Widths(**{name: width for name in _WIDTHS if isinstance(width := given[name], int)})

    @property
    def channels(self) -> int:
        """Channels of the input that it was called on."""
        return self.probe.input_shape[-1] or 0

    @cached_property
    def weights(self) -> dict[str, Array]:
        """Kernels by the name of the width that is the number of their filters; biases under ``bias <name>``."""
        names = {getattr(self.widths, name): name for name in _WIDTHS}
        found: dict[str, Array] = {}
        for weight in self.probe.weights:
            name = names.get(weight.shape[-1] or 0) if weight.shape else None
            if name is None or weight.values is None or None in weight.values:
                continue
            values = np.asarray(weight.values, dtype=float).reshape([side or 0 for side in weight.shape])
            found.setdefault(name if values.ndim == 4 else f"bias {name}", values)
        return found

    @cached_property
    def joined(self) -> Array | None:
        """The output (n, height, width, channels) before batch normalisation; None where there is none of numbers."""
        shape = [1, *(side or 0 for side in self.probe.shape)]
        if not self.probe.outputs or None in self.probe.outputs or len(shape) != 4:
            return None
        values = np.asarray(self.probe.outputs, dtype=float)
        if values.size != np.prod(shape):
            return None
        output: Array = values.reshape(shape)
        last = {
            weight.name: np.asarray(weight.values, dtype=float)
            for weight in self.probe.weights
            if weight.shape == (shape[-1],) and weight.values is not None and None not in weight.values
        }
        if {"moving_mean", "moving_variance"} <= set(last) and self.is_normalised:
            scaled = (output - last.get("beta", 0.0)) / last.get("gamma", 1.0)
            output = scaled * np.sqrt(last["moving_variance"] + inception.EPSILON) + last["moving_mean"]
        return output

    @property
    def is_normalised(self) -> bool:
        """Whether batch normalisation is the last thing that the module does."""
        return bool(self.probe.nodes) and self.probe.nodes[-1].op == "batch_norm"

    def computes(self, branch: str) -> bool | None:
        """Whether what a right branch gives is among the output; None where the numbers cannot tell."""
        images = np.asarray(self.probe.inputs, dtype=float)
        side = np.sqrt(images.size / self.channels)
        if self.joined is None or side != int(side):
            return None
        weights = {}
        for name, kernel_side in inception.BRANCHES[branch]:
            kernel = self.weights.get(name)
            if kernel is None or kernel.shape[:2] != (kernel_side, kernel_side):
                return None
            weights[name] = inception.ConvWeights(kernel, self.weights.get(f"bias {name}", np.zeros(kernel.shape[3])))
        try:
            expected = inception.branch_output(branch, images.reshape(1, int(side), int(side), self.channels), weights)
        except ValueError:  # kernels that do not fit on one another
            return False
        if self.joined.shape[:3] != expected.shape[:3]:
            return False
        width = expected.shape[-1]
        starts = range(self.joined.shape[-1] - width + 1)
        return any(np.allclose(self.joined[..., s : s + width], expected, atol=_TOLERANCE) for s in starts)


def branch_fault(answer: ModuleAnswer, branch: str) -> str | None:
    """What is wrong with a branch of the module, in words; None if nothing is."""
    if answer.computes(branch):
        return None
    fault = _seen_fault(answer, branch)
    if fault is None and answer.computes(branch) is False and answer.probe.drift == 0:
        return "It does not give what its layers give one after another."
    return fault


def _seen_fault(answer: ModuleAnswer, branch: str) -> str | None:
    nodes = answer.probe.nodes
    by_id = {node.id: node for node in nodes}
    convolutions = inception.BRANCHES[branch]
    found: dict[str, Node] = {}
    for name, _ in convolutions:
        node = _with_filters(nodes, getattr(answer.widths, name))
        if node is not None:
            found[name] = node
    if not found:
        return _missing(answer, branch, [name for name, _ in convolutions])
    faults = []
    for name, side in convolutions:
        if name in found:
            faults += _argument_faults(found[name], name, side, by_id)
    last, first = convolutions[-1][0], convolutions[0][0]
    if len(convolutions) == 2 and last in found:
        faults += _reduction_fault(answer, found[last], found.get(first), branch, by_id)
    elif last not in found:
        faults.insert(0, _missing(answer, branch, [last]))
    start = found.get(first)
    if start is not None and start.inputs:  # one that the module did not come to call is fed by nothing
        faults += _start_fault(_source(start, by_id), branch, by_id)
    return " ".join(faults) if faults else None


def _missing(answer: ModuleAnswer, branch: str, names: Sequence[str]) -> str:
    failed = f" The module cannot be called: {answer.probe.error}." if answer.probe.error else ""
    what = " and ".join(f"`{name}`" for name in names)
    if any(getattr(answer.widths, name) == w.shape[-1] for name in names for w in answer.probe.weights if w.shape):
        return f"There is a convolution with {what} filters, but what it gives does not reach the output.{failed}"
    return f"No convolution with {what} filters was found in the {branch} branch.{failed}"


def _argument_faults(node: Node, name: str, side: int, by_id: dict[int, Node]) -> list[str]:
    faults = []
    kernel, strides = node.config.get("kernel"), node.config.get("strides")
    if kernel != [side, side]:
        faults.append(f"The convolution with `{name}` filters has a {_size(kernel)} kernel, expected {side}×{side}.")
    if strides != [1, 1]:
        faults.append(f"The convolution with `{name}` filters has stride {_size(strides)}, expected 1.")
    if side > 1 and node.config.get("padding") != "same":
        faults.append(f"The convolution with `{name}` filters has no same padding, so its map shrinks.")
    functions = [str(one.config.get("function")) for one in by_id.values() if _follows(one, node, by_id)]
    if functions != ["relu"]:
        shown = " and ".join(functions) or "no activation"
        faults.append(f"The convolution with `{name}` filters has {shown}, expected relu.")
    return faults


def _reduction_fault(
    answer: ModuleAnswer, last: Node, reduction: Node | None, branch: str, by_id: dict[int, Node]
) -> list[str]:
    """Whether the large convolution of a branch takes what its 1×1 convolution gives."""
    source = _source(last, by_id)
    if not last.inputs or (reduction is not None and source is not None and source.id == reduction.id):
        return []
    name = inception.BRANCHES[branch][0][0]
    width = getattr(answer.widths, name)
    where, channels = _describe(source, answer)
    side = inception.BRANCHES[branch][1][1]
    arithmetic = ""
    if channels != width:
        arithmetic = f" That is {side}·{side}·{channels} weights a filter instead of {side}·{side}·{width}."
    return [
        f"The {side}×{side} convolution takes {channels} channels, {where}; "
        f"expected the {width} of the 1×1 convolution with `{name}` filters.{arithmetic}"
    ]


def _start_fault(source: Node | None, branch: str, by_id: dict[int, Node]) -> list[str]:
    """Whether a branch begins with the module's input, or with the max pool of it."""
    if branch != "pool":
        if source is None or source.op == "input":
            return []
        return [f"Its first convolution takes the output of {_named(source)}, expected the module's input."]
    if source is None or source.op != "max_pool":
        found = "the module's input" if source is None or source.op == "input" else f"the output of {_named(source)}"
        return [f"Its 1×1 convolution takes {found}, expected that of a 3×3 max pool."]
    faults = []
    if source.config.get("pool") != [3, 3]:
        faults.append(f"Its max pool has windows of {_size(source.config.get('pool'))}, expected 3×3.")
    if source.config.get("strides") != [1, 1]:
        faults.append(
            f"Its max pool has stride {_size(source.config.get('strides'))}, expected 1: "
            "only maps of one size can be joined."
        )
    if source.config.get("padding") != "same":
        faults.append("Its max pool has no same padding, so its map shrinks.")
    before = _source(source, by_id)
    if before is not None and before.op != "input":
        faults.append(f"Its max pool takes the output of {_named(before)}, expected the module's input.")
    return faults


def _with_filters(nodes: Sequence[Node], filters: int) -> Node | None:
    return next((node for node in nodes if node.op == "conv2d" and node.config.get("filters") == filters), None)


def _source(node: Node, by_id: dict[int, Node]) -> Node | None:
    """The convolution, pool, join or input that a node's values come from; None where it is not known."""
    current = by_id.get(node.inputs[0]) if node.inputs else None
    while current is not None and current.op in _FOLLOWS and current.inputs:
        current = by_id.get(current.inputs[0])
    return current


def _follows(node: Node, convolution: Node, by_id: dict[int, Node]) -> bool:
    """Whether a node is an activation of that convolution."""
    return node.op == "activation" and _source(node, by_id) is convolution


def _describe(source: Node | None, answer: ModuleAnswer) -> tuple[str, int | None]:
    if source is None or source.op == "input":
        return "the module's input", answer.channels
    return f"the output of {_named(source)}", source.shape[-1] if source.shape else None


def _named(node: Node) -> str:
    if node.op == "conv2d":
        return f"the {_size(node.config.get('kernel'))} convolution with {node.config.get('filters')} filters"
    return {"max_pool": "the max pool", "concatenate": "the concatenation"}.get(node.op, node.op.replace("_", " "))


def _size(value: object) -> str:
    return "×".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
