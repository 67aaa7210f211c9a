"""What a training computes, in one form for all who compute the same, and the digest by which it is known.

Names of layers, ways of writing a network down and whatever changes no number are gone. Of `n` different training
images it is not said which: any `n` of them are as good, so it is the first `n`.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field

from grader.evidence.recipes import Setting
from grader.evidence.values import Count, Frozen, Name, Nodes

__all__ = ["CROSSENTROPY", "MOST_PARTS", "Part", "Recipe", "Scaling", "Validation", "digest_of"]

CROSSENTROPY = "crossentropy"
"""Cross-entropy over classes, whether labels are numbers or one-hot vectors."""

MOST_PARTS = 100
"""Trainings, one after the other, that are done again."""

Numbers = Annotated[tuple[float, ...], Field(max_length=3)]


class Scaling(Frozen):
    """A pixel of value v is given as scale·v + offset, with one pair or a pair a channel."""

    scale: Numbers
    offset: Numbers


class Validation(Frozen):
    """Images that callbacks look at after each epoch: the last `images` of the training set, or test images."""

    images: Count
    source: Literal["train", "test"]
    scaling: Scaling


class Part(Frozen):
    """One call of `fit`.

    Attributes:
        optimizer: a fresh one; None to go on with that of the part before.
        loss: by name; `CROSSENTROPY` covers both kinds of labels.
        labels: numbers of classes or one-hot vectors, for losses that tell them apart.
        images: the first so many training images; `scaling` says how they are given.
        batch_size, epochs: as asked for; `steps` batches are an epoch, None for all.
        rates: learning rates by epoch, where a callback sets them.
        callbacks: those that change what is computed.
        class_weight: weights of the classes, by number.
        shuffle: whether the images come in another order in each epoch.
        validation: where a callback looks at it.
    """

    optimizer: Setting | None
    loss: Setting
    labels: Literal["sparse", "one_hot"]
    images: Count
    scaling: Scaling
    batch_size: Annotated[int, Field(gt=0, le=100_000)]
    epochs: Count
    steps: Count | None
    rates: Annotated[tuple[float, ...], Field(max_length=10_000)] = ()
    callbacks: Annotated[tuple[Setting, ...], Field(max_length=100)] = ()
    class_weight: Annotated[dict[Name, float], Field(max_length=100)] | None = None
    shuffle: bool = True
    validation: Validation | None = None

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch."""
        return self.steps or -(-self.images // self.batch_size)

    @property
    def all_steps(self) -> int:
        """Batches in all."""
        return self.steps_per_epoch * self.epochs


class Recipe(Frozen):
    """A network, drawn anew, and the trainings that it goes through.

    Attributes:
        nodes: its layer graph.
        layers: settings of layers that are not Keras's defaults (see `evidence.recipes`), by name in the graph.
        parts: the trainings, in order.
    """

    nodes: Nodes
    layers: Annotated[dict[Name, dict[Name, Setting]], Field(max_length=2000)]
    parts: Annotated[tuple[Part, ...], Field(min_length=1, max_length=MOST_PARTS)]

    @property
    def digest(self) -> str:
        """The same for all trainings that compute the same."""
        return digest_of(self.model_dump(mode="json", by_alias=True))

    @property
    def steps(self) -> int:
        """Batches in all."""
        return sum(part.all_steps for part in self.parts)


def digest_of(content: Any) -> str:
    """SHA-256 of data in JSON, in hexadecimal.

    Raises:
        ValueError: if there are numbers in it that are none.
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
