"""Parameters and shapes of a network, worked out from its layer graph alone.

What a kernel reports of them is only compared: see `contradictions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.evidence.schema import ModelSnapshot
from grader.evidence.values import Node
from grader.models.operations import Dims, Operation, Weight, operation_of
from grader.models.operations.base import volume
from grader.models.operations.plain import Input, Reshape

__all__ = ["PLAIN_MODELS", "Derived", "contradictions", "derive", "total_parameters", "worked_out"]

_CLASSES = {
    "activation": {"Activation", "ELU", "LeakyReLU", "ReLU", "Softmax"},
    "average_pool": {"AveragePooling1D", "AveragePooling2D", "AveragePooling3D"},
    "batch_norm": {"BatchNormalization"},
    "conv1d": {"Conv1D"},
    "conv2d": {"Conv2D"},
    "conv3d": {"Conv3D"},
    "dense": {"Dense"},
    "depthwise_conv2d": {"DepthwiseConv2D"},
    "max_pool": {"MaxPooling1D", "MaxPooling2D", "MaxPooling3D"},
    "separable_conv2d": {"SeparableConv2D"},
}
"""Classes of Keras whose layers are these operations and nothing more; a student's own has another name."""
PLAIN_MODELS = ("Sequential", "Functional")
"""Classes of models whose methods are Keras's own."""


@dataclass(frozen=True)
class Derived:
    """What follows for one node from its settings and from what feeds it.

    Attributes:
        operation: what it computes; None for an unknown operation.
        inputs: shapes that it is fed, by what was derived, else by what was reported.
        weights: of its layer, in Keras's order; None where they cannot be told. Where a layer is called twice, its
            first node has them.
        shape: of its outcome; None where it cannot be told.
        products: multiplications for one example; None where they cannot be told.
    """

    operation: Operation | None
    inputs: tuple[Dims, ...]
    weights: tuple[Weight, ...] | None
    shape: Dims | None
    products: int | None

    @property
    def parameters(self) -> int | None:
        """Number of all values of the weights."""
        return None if self.weights is None else sum(weight.size for weight in self.weights)


def derive(nodes: Sequence[Node]) -> list[Derived]:
    """What follows for each node of a graph, in its order."""
    shapes: dict[int, Dims] = {}
    seen: set[tuple[str, str]] = set()
    found = []
    for node in nodes:
        inputs = tuple(shapes[source] for source in node.inputs)
        # A layer that is called again is reported without parameters; two of one name have theirs each.
        repeated = not node.parameters and (node.layer, node.op) in seen
        found.append(_derived(node, inputs, repeated=repeated))
        shapes[node.id] = node.shape if found[-1].shape is None else found[-1].shape
        if node.layer:
            seen.add((node.layer, node.op))
    return found


def worked_out(nodes: Sequence[Node]) -> list[Node]:
    """The nodes with the parameters and shapes that follow from the graph; what does not follow stays as reported."""
    found = []
    for node, one in zip(nodes, derive(nodes), strict=True):
        known = {"parameters": one.parameters, "shape": one.shape}
        found.append(node.model_copy(update={name: value for name, value in known.items() if value is not None}))
    return found


def total_parameters(snapshot: ModelSnapshot) -> tuple[int, int]:
    """All parameters of a model and those that training can change, by the graph where it shows them all.

    Which layers are frozen no graph tells; there are never more trainable ones than the graph has.
    """
    found = derive(snapshot.nodes)
    if snapshot.cls not in PLAIN_MODELS or any(one.weights is None for one in found):
        return snapshot.parameters, snapshot.trainable
    weights = [weight for one in found for weight in one.weights or ()]
    trainable = sum(weight.size for weight in weights if weight.trainable)
    return sum(weight.size for weight in weights), min(trainable, snapshot.trainable)


def contradictions(snapshot: ModelSnapshot) -> list[str]:
    """What was reported of a model and cannot be so, in words; nothing for layers of a student's own."""
    derived = derive(snapshot.nodes)
    found = [
        words
        for node, one in zip(snapshot.nodes, derived, strict=True)
        for words in _of_node(node, one, snapshot.nodes)
    ]
    known = sum(one.parameters or 0 for one in derived)
    # More than the graph shows is possible: a model may hold layers that its output does not depend on.
    if not found and snapshot.cls in PLAIN_MODELS and snapshot.parameters < known and _all_plain(snapshot.nodes):
        found.append(f"the model is said to have {snapshot.parameters} parameters; its layers have {known}")
    return found


def _of_node(node: Node, one: Derived, nodes: Sequence[Node]) -> Iterator[str]:
    if node.cls not in _CLASSES.get(node.op, ()) or not node.shape:
        return
    if one.shape is not None and not _agree(one.shape, node.shape):
        yield f"{_named(node)} is said to give out {_sides(node.shape)}; it gives out {_sides(one.shape)}"
    if one.parameters is not None and _counts(node, nodes) and node.parameters != one.parameters:
        yield f"{_named(node)} is said to have {node.parameters} parameters; it has {one.parameters}"


def _derived(node: Node, inputs: tuple[Dims, ...], *, repeated: bool) -> Derived:
    operation = operation_of(node)
    if operation is None:
        return Derived(None, inputs, None, None, None)
    shape = operation.shape(inputs)
    if isinstance(operation, Input) or (isinstance(operation, Reshape) and _same_volume(node.shape, inputs)):
        shape = node.shape
    weights = () if repeated else operation.weights(inputs)
    return Derived(operation, inputs, weights, shape, operation.products(inputs))


def _same_volume(shape: Dims, inputs: tuple[Dims, ...]) -> bool:
    if len(inputs) != 1 or None in shape or None in inputs[0]:
        return False
    return volume(shape) == volume(inputs[0])


def _counts(node: Node, nodes: Sequence[Node]) -> bool:
    """Whether the number reported is that of this operation alone.

    A layer that was called before, where nothing depends on it, has none; a learned activation is counted with its
    layer.
    """
    return node.parameters > 0 and not any(
        other.layer == node.layer and other.config.get("function") == "prelu" for other in nodes
    )


def _all_plain(nodes: Sequence[Node]) -> bool:
    return all(not node.layer or node.op in ("input", *_CLASSES) or not node.parameters for node in nodes)


def _agree(derived: Dims, reported: Dims) -> bool:
    """Whether shapes are the same, up to sides that are not fixed."""
    if len(derived) != len(reported):
        return False
    return all(one is None or other is None or one == other for one, other in zip(derived, reported, strict=True))


def _named(node: Node) -> str:
    return f"{node.cls} «{node.layer}»"


def _sides(shape: Dims) -> str:
    return "×".join("?" if size is None else str(size) for size in shape) or "one value"
