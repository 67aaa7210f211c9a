"""The work of the process that builds models again: for each job a model, tried on images that grader drew."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.evidence import EvidenceError
from grader.evidence.weights import Place, WeightsSent, places, read_weights
from grader.models.operations.base import volume
from grader.models.rebuild import NotRebuildableError, cost, rebuild
from grader.verification.protocol import Answer, Job, Request

__all__ = ["work"]

_PRODUCTS = 5 * 10**11
"""Multiplications that a job may take: about ten seconds on two cores."""
_FEWEST, _BATCH = 500, 250
_TOLERANCE = 0.01
"""Difference of outcomes, beside the same share of the largest one, that other processors may cause."""

Images = NDArray[np.uint8]


class _Data:
    """The images of the data set, read as far as they are looked at."""

    def __init__(self, folder: str) -> None:
        self.train, self.test = (np.load(Path(folder) / f"x_{name}.npy", mmap_mode="r") for name in ("train", "test"))


def work(request: Request, answer: Callable[[Answer], None]) -> None:
    """Do the jobs in order, until the time is over."""
    started = time.monotonic()
    known = {(place.model, place.version, place.weights): place for place in places(Path(request.spool))}
    data = _Data(request.dataset)
    for number, job in enumerate(request.jobs):
        place = known.get((job.model, job.version, job.weights))
        if place is None:
            continue  # the kernel has said why it sent none
        if time.monotonic() - started > request.seconds:
            return
        try:
            answer(_done(number, job, request, data, place))
        except (NotRebuildableError, EvidenceError) as error:
            answer(Answer(job=number, reason=str(error)[:500]))


def _done(number: int, job: Job, request: Request, data: _Data, place: Place) -> Answer:
    sent = read_weights(Path(request.spool), place)
    arrays = {name: [array.decoded() for array in given] for name, given in sent.layers.items()}
    trial = _Trial(rebuild(job.nodes, arrays), job)
    count = max(_FEWEST, int(_PRODUCTS / (3 * max(1, cost(job.nodes)))))
    rows, train_rows = list(request.rows[:count]), list(request.train_rows[:count])
    some = data.test[rows[: (count + 1) // 2]]
    return Answer(
        job=number,
        faithful=_is_faithful(trial, sent, data.test),
        rows=tuple(rows),
        classes=trial.classes(data.test[rows]),
        mirrored=trial.classes(some[:, :, ::-1]),
        shifted=trial.classes(_shifted(some)),
        train_rows=tuple(train_rows),
        train_classes=trial.classes(data.train[train_rows]),
    )


class _Trial:
    """A model built again, and images prepared for it as in the notebook."""

    def __init__(self, model: Any, job: Job) -> None:
        self._model = model
        self._shape = next(node.shape for node in job.nodes if node.op == "input")
        self._scale, self._offset = (np.array(part, np.float32) for part in (job.scale, job.offset))
        if volume(self._shape) != 32 * 32 * 3:
            raise NotRebuildableError("it takes no images of 32×32 pixels")

    def outputs(self, images: Images) -> NDArray[np.float32]:
        """What the model gives for images (n, 32, 32, 3) as they are served."""
        batches = np.array_split(images, -(-len(images) // _BATCH)) if len(images) else []
        return np.concatenate([np.asarray(self._model(self._prepared(batch), training=False)) for batch in batches])

    def classes(self, images: Images) -> tuple[int, ...]:
        """The classes that the model predicts for them."""
        outputs = self.outputs(images)
        if outputs.ndim != 2:
            raise NotRebuildableError("it gives no numbers for classes")
        return tuple(outputs.argmax(axis=1).tolist())

    def _prepared(self, images: Images) -> NDArray[np.float32]:
        given: NDArray[np.float32] = images.astype(np.float32) * self._scale + self._offset
        return given.reshape(len(images), *(size or 0 for size in self._shape))


def _is_faithful(trial: _Trial, sent: WeightsSent, images: Images) -> bool:
    """Whether the model gives what it gave in the notebook for the images that were sent along."""
    before = sent.outputs.decoded()
    if not sent.rows or max(sent.rows) >= len(images) or len(before) != len(sent.rows):
        return False
    now = trial.outputs(images[list(sent.rows)])
    if now.shape != before.shape or not np.isfinite(before).all():
        return False
    return bool(np.abs(now - before).max() <= _TOLERANCE * (1 + np.abs(now).max()))


def _shifted(images: Images) -> Images:
    """The images moved by two pixels down and one to the right; the edge is repeated."""
    padded = np.pad(images, ((0, 0), (2, 0), (1, 0), (0, 0)), mode="edge")
    return padded[:, : images.shape[1], : images.shape[2]]
