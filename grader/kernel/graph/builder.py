"""The canonical layer graph under construction: nodes in computation order, activations as nodes of their own."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

__all__ = ["GraphBuilder", "Operation"]

MAX_NODES = 2000


@dataclass(frozen=True)
class Operation:
    """One step of a layer in canonical terms, such as ``conv2d`` with its arguments or ``activation``."""

    op: str
    config: dict[str, Any] = field(default_factory=dict)


class GraphBuilder:
    """Collects nodes; a node's inputs are ids of earlier nodes."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self._counted: set[int] = set()

    def input(self, shape: list[int | None]) -> int:
        """Add an input of the network; `shape` without the batch axis."""
        return self._add(Operation("input"), [], shape, 0, "", "Input")

    def layer(self, layer: Any, steps: list[Operation], inputs: list[int], shape: list[int | None]) -> int:
        """Add the steps of one layer call and return the id of the last.

        A layer without effect (no steps) is its input. The parameters of a layer that is called twice count once.
        """
        parameters = 0
        if id(layer) not in self._counted and steps:
            self._counted.add(id(layer))
            parameters = _count_parameters(layer)
        last = inputs[0] if inputs else -1
        sources = inputs
        for number, step in enumerate(steps):
            last = self._add(step, sources, shape, 0 if number else parameters, layer.name, _class_of(layer))
            sources = [last]
        return last

    def operation(self, step: Operation, inputs: list[int], shape: list[int | None]) -> int:
        """Add an operation that belongs to no layer."""
        return self._add(step, inputs, shape, 0, "", "")

    def finished(self, outputs: list[int]) -> list[dict[str, Any]]:
        """The nodes that `outputs` depend on, renumbered; inputs stay even when nothing uses them."""
        wanted = set(outputs)
        for node in reversed(self.nodes):
            if node["id"] in wanted:
                wanted.update(node["inputs"])
        kept = [node for node in self.nodes if node["id"] in wanted or node["op"] == "input"]
        number = {node["id"]: new for new, node in enumerate(kept)}
        return [
            {**node, "id": number[node["id"]], "inputs": [number[source] for source in node["inputs"]]} for node in kept
        ]

    def _add(
        self,
        step: Operation,
        inputs: list[int],
        shape: list[int | None],
        parameters: int,
        name: str,
        cls: str,
    ) -> int:
        if len(self.nodes) >= MAX_NODES:
            raise GraphTooLargeError
        identifier = len(self.nodes)
        sources = [self.nodes[source]["shape"] for source in inputs]
        step, shape = _canonical(step, sources, shape)
        self.nodes.append(
            {
                "id": identifier,
                "op": step.op,
                "inputs": list(inputs),
                "config": step.config,
                "parameters": parameters,
                "shape": list(shape),
                "layer": name,
                "class": cls,
            }
        )
        return identifier


class GraphTooLargeError(Exception):
    """The model has more nodes than a layer graph may hold."""


def _canonical(
    step: Operation, sources: list[list[int | None]], shape: list[int | None]
) -> tuple[Operation, list[int | None]]:
    """The step as it is called where it can be written in several ways, and its shape where that follows."""
    if step.op == "reshape" and len(shape) == 1 and len(sources) == 1:
        values = None if None in sources[0] else math.prod(size or 0 for size in sources[0])
        if shape[0] in (None, values):
            return Operation("flatten"), [values]
    if step.op == "add" and len(sources) == 1:  # the other term is a constant
        return Operation("arithmetic", {"function": "add", **step.config}), shape
    axis = step.config.get("axis")
    if isinstance(axis, int) and axis > 0 and shape:
        # Counted from the end, as -1 is how most people say "the channels".
        return Operation(step.op, {**step.config, "axis": axis - len(shape) - 1}), shape
    return step, shape


def _class_of(layer: Any) -> str:
    """Name of the layer's class, with its module unless it is one of Keras."""
    cls = type(layer)
    return str(cls.__name__ if cls.__module__.startswith("keras.") else f"{cls.__module__}.{cls.__name__}")


def _count_parameters(layer: Any) -> int:
    try:
        return int(layer.count_params())
    except Exception:  # an unbuilt layer has no count yet
        return 0
