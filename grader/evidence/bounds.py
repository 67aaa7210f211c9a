"""What no type says of an event: settings of a bounded size, and graphs whose nodes come after what feeds them.

Checks walk graphs and read settings without a second look; whatever could make that endless stops here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar

from pydantic import AfterValidator, Field, JsonValue

__all__ = ["Config", "Whole", "fits", "in_order"]

LARGEST = 10**12
"""No number of pixels, parameters or steps is larger; products of a few of them stay quick to work out."""
_DEEPEST = 4
_ITEMS = 256
_LETTERS = 2_000
_EDGES = 4_096
_EDGES_PER_NODE = 16
"""On average over a graph, beyond the first thousands: most nodes have one input, joints have a few."""

Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
"""A whole number of either sign."""


class _Node(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def inputs(self) -> Sequence[int]: ...


N = TypeVar("N", bound=_Node)


def in_order(nodes: tuple[N, ...]) -> tuple[N, ...]:
    """The nodes of a graph as they are, provided that each has an id of its own and only earlier ones feed it.

    Raises:
        ValueError: if they are no such graph, or have more edges than a network has.
    """
    known: set[int] = set()
    edges = 0
    for node in nodes:
        if not known.issuperset(node.inputs):
            raise ValueError(f"node {node.id} takes what no node before it gives")
        if node.id in known:
            raise ValueError(f"two nodes have the id {node.id}")
        known.add(node.id)
        edges += len(node.inputs)
    if edges > _EDGES + _EDGES_PER_NODE * len(nodes):
        raise ValueError(f"{edges} edges are more than {len(nodes)} nodes have")
    return nodes


def fits(shape: Sequence[int | None], values: Sequence[object] | None) -> bool:
    """Whether an array of that shape has so many values; True where either is not known."""
    return values is None or None in shape or math.prod(side or 0 for side in shape) == len(values)


def _bounded(config: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Settings as they are, provided that they are of the size that a layer's are."""
    left: list[tuple[JsonValue, int]] = [(config, 0)]
    items = 0
    while left:
        value, depth = left.pop()
        items += 1
        if items > _ITEMS or depth > _DEEPEST:
            raise ValueError("settings of a layer are fewer and flatter")
        if isinstance(value, dict):
            if max(map(len, value), default=0) > _LETTERS:
                raise ValueError("names of settings are shorter")
            left += [(item, depth + 1) for item in value.values()]
        elif isinstance(value, list):
            left += [(item, depth + 1) for item in value[: _ITEMS + 1]]
        elif isinstance(value, str) and len(value) > _LETTERS:
            raise ValueError("texts among the settings of a layer are shorter")
        elif isinstance(value, (int, float)) and not abs(value) <= LARGEST:  # which NaN is not either
            raise ValueError("numbers among the settings of a layer are finite and smaller")
    return config


Config = Annotated[dict[str, JsonValue], AfterValidator(_bounded)]
"""Arguments of a layer in canonical terms."""
