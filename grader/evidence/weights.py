"""Weights of trained models, as a kernel sends them: arrays as text, with their shapes, and nothing that is run."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from grader.evidence.bundle import EvidenceError
from grader.evidence.values import Count, Frozen, Name

__all__ = ["ArraySent", "Place", "WeightsSent", "places", "read_weights"]

MAX_BYTES = 64 * 2**20
"""Of the weights of one model, as float32."""
MAX_IMAGES = 64
_MAX_LINE = 96 * 2**20

Side = Annotated[int, Field(ge=0, le=2**31)]
_HEAD = re.compile(
    rb'\{"seq": (\d{1,12}), "cell": -?\d{1,7}, "kind": "weights", '
    rb'"model": (\d{1,12}), "version": (\d{1,12}), "weights": (\d{1,12}), '
)


class ArraySent(Frozen):
    """An array of float32 in little-endian order, in base64."""

    shape: Annotated[tuple[Side, ...], Field(max_length=8)]
    data: Annotated[str, Field(max_length=MAX_BYTES * 2)]

    def decoded(self) -> NDArray[np.float32]:
        """The array.

        Raises:
            EvidenceError: if the text is no such array.
        """
        try:
            raw = base64.b64decode(self.data, validate=True)
        except (binascii.Error, ValueError):
            raise EvidenceError("an array of weights is not in base64") from None
        if len(raw) != 4 * math.prod(self.shape):
            raise EvidenceError(f"{len(raw)} bytes are no array of float32 of shape {self.shape}")
        return np.frombuffer(raw, "<f4").reshape(self.shape)


class WeightsSent(Frozen):
    """The weights of a model by the names of its layers, in Keras's order, and what it gave for a few images.

    `rows` are test images, by number; `outputs` is what the model gave for them, as it was fed them in the notebook.
    """

    seq: Count
    cell: Annotated[int, Field(ge=-1, le=10**6)]
    kind: Literal["weights"]
    model: Count
    version: Count
    weights: Count
    layers: Annotated[dict[Name, Annotated[tuple[ArraySent, ...], Field(max_length=8)]], Field(max_length=2000)]
    rows: Annotated[tuple[Count, ...], Field(max_length=MAX_IMAGES)]
    outputs: ArraySent


@dataclass(frozen=True)
class Place:
    """Where the weights of one state of a model stand in a file; all numbers are those of the events about it."""

    seq: int
    model: int
    version: int
    weights: int
    offset: int


def places(file: Path) -> Iterator[Place]:
    """What a file of weights holds, a line each, by the beginnings of its lines; others are passed over."""
    if not file.is_file():
        return
    with file.open("rb") as stream:
        offset = 0
        while line := stream.readline(_MAX_LINE):
            head = _HEAD.match(line[:400])
            if head is not None:
                seq, model, version, weights = map(int, head.groups())
                yield Place(seq, model, version, weights, offset)
            offset += len(line)


def read_weights(file: Path, place: Place) -> WeightsSent:
    """The weights at a place.

    Raises:
        EvidenceError: if they are not as a kernel sends them.
    """
    with file.open("rb") as stream:
        stream.seek(place.offset)
        line = stream.readline(_MAX_LINE)
    try:
        sent = WeightsSent.model_validate_json(line)
    except ValidationError as error:
        raise EvidenceError(f"weights are not as a kernel sends them ({error.error_count()} faults)") from None
    if 4 * sum(math.prod(array.shape) for arrays in sent.layers.values() for array in arrays) > MAX_BYTES:
        raise EvidenceError("the weights of a model are more than may be sent")
    return sent
