"""What reaches the first layer with weights for images as they are loaded: their size and the range of their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.checks.submission import Submission
from grader.evidence.schema import Evaluation, Fit, ModelSnapshot, Prediction
from grader.evidence.values import DataGiven, Node

__all__ = ["Reached", "images_reached"]

_WHITE = 255
_DISTORTED = 0.25
"""Share of the range by which values may be off the best interpolation; antialiasing and the like stay below."""
_PREPARES = ("rescaling", "resizing", "lambda", "arithmetic", "normalization")


@dataclass(frozen=True)
class Reached:
    """Images at the first layer with weights.

    Attributes:
        side: (height, width) in pixels, None where unknown.
        low, high: what pixel values of 0 and 255 have become, None where unknown.
        distorted: whether they are no enlarged copy with scaled values.
        inside: whether the model prepares them, or at least a part of it.
        cell: position of the cell in which the model was given images.
    """

    side: tuple[int, int] | None
    low: float | None
    high: float | None
    distorted: bool
    inside: bool
    cell: int

    def covers(self, low: float, high: float, close: float) -> bool:
        """Whether the range goes from `low` to `high`, each end as close as `close`."""
        if self.low is None or self.high is None:
            return False
        return abs(self.low - low) <= close and abs(self.high - high) <= close


def images_reached(submission: Submission, models: frozenset[int], snapshots: Sequence[ModelSnapshot]) -> list[Reached]:
    """By use of these models in order what reached their first layer with weights; the trainings come first.

    What the layers say stands in where the images could not be followed.
    """
    evidence = submission.evidence
    events: list[Fit | Evaluation | Prediction] = [
        *evidence.of(Fit),
        *evidence.of(Evaluation),
        *evidence.of(Prediction),
    ]
    found = []
    for event in events:
        if event.model in models:
            nodes = next((s.nodes for s in snapshots if s.model == event.model), ())
            found.append(_reached(event.x, nodes, evidence.position(event.cell)))
    return found


def _reached(data: DataGiven, nodes: Sequence[Node], cell: int) -> Reached:
    before = _preparing(nodes)
    prepared = data.prepared
    if prepared is not None and prepared.scale is not None and prepared.offset is not None:
        low, high = (
            min(prepared.offset),
            max(s * _WHITE + o for s, o in zip(prepared.scale, prepared.offset, strict=True)),
        )
        distorted = (prepared.residual or 0) > _DISTORTED * abs(high - low)
        return Reached(_side(prepared.shape), low, high, distorted, inside=True, cell=cell)
    side = _side(prepared.shape if prepared is not None else _last_shape(nodes) or (data.shape or (0,))[1:])
    if before:
        return Reached(side, *_by_layers(before, data), distorted=False, inside=True, cell=cell)
    rows = data.rows
    if rows is not None and rows.scale is not None and rows.offset is not None:
        low, high = min(rows.offset), max(s * _WHITE + o for s, o in zip(rows.scale, rows.offset, strict=True))
        return Reached(side, low, high, distorted=False, inside=False, cell=cell)
    return Reached(side, data.low, data.high, distorted=False, inside=False, cell=cell)


def _preparing(nodes: Sequence[Node]) -> list[Node]:
    """The nodes before the first convolution that change values or size."""
    found = []
    for node in nodes:
        if node.op == "conv2d":
            break
        if node.op in _PREPARES:
            found.append(node)
    return found


def _by_layers(before: Sequence[Node], data: DataGiven) -> tuple[float | None, float | None]:
    """The range by the arguments of `Rescaling` layers, for images given as data say; None where they do not tell."""
    low, high = data.low, data.high
    if low is None or high is None or any(node.op in ("lambda", "arithmetic", "normalization") for node in before):
        return None, None
    low, high = (0.0, float(_WHITE)) if high > 1 else (low, high)
    for node in before:
        scale, offset = node.config.get("scale"), node.config.get("offset")
        if node.op == "rescaling":
            if not isinstance(scale, (int, float)) or not isinstance(offset, (int, float)):
                return None, None
            low, high = low * scale + offset, high * scale + offset
    return low, high


def _last_shape(nodes: Sequence[Node]) -> tuple[int | None, ...] | None:
    """Shape of what the first convolution takes."""
    shapes = {node.id: node.shape for node in nodes}
    first = next((node for node in nodes if node.op == "conv2d"), None)
    return shapes.get(first.inputs[0]) if first is not None and first.inputs else None


def _side(shape: Sequence[int | None]) -> tuple[int, int] | None:
    height, width = (*shape, None, None)[:2]
    return (height, width) if height and width else None
