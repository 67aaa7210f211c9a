"""Evidence of trained models made by hand, and what a kernel sends of them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.data import PreparedDataset
from grader.evidence.schema import Evaluation, ModelSnapshot, Prediction, Verified
from grader.evidence.values import DataGiven, LabelsGiven, Node, Predicted
from tests.checks.factories import model, rows

TRAIN, TEST = 300, 200
SCALE = (1 / 255,) * 3
OFFSET = (0.0,) * 3
WEIGHTS = 77


def dataset(folder: Path) -> PreparedDataset:
    """A data set of 300 and 200 images, each of one colour that tells its class, and noise."""
    random = np.random.default_rng(3)
    colours = random.integers(0, 256, (10, 3))
    for name, count in (("train", TRAIN), ("test", TEST)):
        labels = random.integers(0, 10, count)
        images = colours[labels][:, None, None] + random.integers(-9, 9, (count, 32, 32, 3))
        np.save(folder / f"x_{name}.npy", images.clip(0, 255).astype(np.uint8))
        np.save(folder / f"y_{name}.npy", labels.astype(np.uint8)[:, None])
    return PreparedDataset(folder, "stand-in", "colours", "0")


def given(scale: tuple[float, ...] | None = SCALE, **changes: Any) -> DataGiven:
    """All test images, with their labels."""
    fields = {"scale": scale, "offset": OFFSET if scale else None, "residual": 0.0, **changes}
    labels = LabelsGiven(encoding="sparse", agree=1.0)
    return DataGiven(count=TEST, whole=True, rows=rows("test", 0, TEST).model_copy(update=fields), labels=labels)


def snapshot(nodes: tuple[Node, ...], cls: str = "Sequential") -> ModelSnapshot:
    return model(1, 0, nodes).model_copy(update={"cls": cls})


def evaluation(seq: int = 5, **changes: Any) -> Evaluation:
    fields = {"x": given(), "values": {}, "predicted": None, "weights": WEIGHTS, **changes}
    return Evaluation(seq=seq, cell=0, kind="evaluate", model=0, version=0, **fields)


def prediction(seq: int = 6, **changes: Any) -> Prediction:
    fields = {"x": given(), "shape": (TEST, 10), "classes": None, "weights": WEIGHTS, **changes}
    fields = {"via": "predict", "training": False, **fields}
    return Prediction(seq=seq, cell=0, kind="predict", model=0, version=0, **fields)


def answers(labels: NDArray[np.int64], share: float, offset: int = 0) -> tuple[int, ...]:
    """Classes for all labels, so many of them right, the first ones; `offset` makes the right ones begin later."""
    right = (np.arange(len(labels)) - offset) % len(labels) < round(share * len(labels))
    return tuple(np.where(right, labels, (labels + 1) % 10).tolist())


def verified(labels: NDArray[np.int64], *, test: float, mirrored: float, train: float, **changes: Any) -> Verified:
    """A model built again with these shares of right answers; test and training labels are the same here."""
    fields = {
        "rows": tuple(range(len(labels))),
        "classes": answers(labels, test),
        "mirrored": answers(labels, mirrored),
        "shifted": answers(labels, mirrored),
        "train_rows": tuple(range(len(labels))),
        "train_classes": answers(labels, train),
        "faithful": True,
        "trials": (5,),
        **changes,
    }
    return Verified(seq=5, cell=0, kind="verified", model=0, version=0, weights=WEIGHTS, **fields)


def reported(classes: tuple[int, ...]) -> Predicted:
    """Classes that a kernel reports for the first images."""
    return Predicted(rows=tuple(range(len(classes))), classes=classes)


def encoded(array: Any) -> dict[str, Any]:
    values = np.ascontiguousarray(array, dtype="<f4")
    return {"shape": values.shape, "data": base64.b64encode(values.tobytes()).decode()}


def line(layers: dict[str, list[Any]], outputs: Any, **changes: Any) -> bytes:
    """What a kernel sends of a model."""
    fields = {
        "seq": 4,
        "cell": 0,
        "kind": "weights",
        "model": 0,
        "version": 0,
        "weights": WEIGHTS,
        "layers": {name: [encoded(array) for array in arrays] for name, arrays in layers.items()},
        "rows": list(range(len(outputs))),
        "outputs": encoded(outputs),
        **changes,
    }
    return json.dumps(fields).encode() + b"\n"
