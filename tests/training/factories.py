"""Recipes, orders and calibrations made by hand, and a trainer that only counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.data import PreparedDataset
from grader.evidence import Evidence
from grader.evidence.recipes import RecipeGiven, Setting
from grader.evidence.values import DataGiven, LabelsGiven, Node
from grader.training import Calibration
from grader.training.protocol import Look, Order, Outcome
from grader.training.recipe import CROSSENTROPY, Part, Recipe, Scaling
from tests.checks.factories import code, evidence, model, rows, training

ROWS = tuple(range(100))


def node(number: int, op: str, shape: tuple[int, ...], *, cls: str = "", **config: Any) -> Node:
    """A node of a chain as a recipe has it."""
    sources = (number - 1,) if number else ()
    return Node.model_validate(
        {"id": number, "op": op, "inputs": sources, "config": config, "parameters": 0, "shape": shape}
        | {"layer": f"layer{number}" if number else "", "class": cls}
    )


PENALTIES = {"kernel_regularizer": None, "bias_regularizer": None}
NODES = (
    node(0, "input", (32, 32, 3)),
    node(1, "average_pool", (2, 2, 3), pool=[16, 16], strides=[16, 16], padding="valid"),
    node(2, "flatten", (12,)),
    node(3, "dropout", (12,), cls="Dropout", rate=0.1),
    node(4, "dense", (10,), units=10, use_bias=True, **PENALTIES),
)
SCALING = Scaling(scale=(0.0039216,), offset=(0.0,))
LOSS = Setting(name=CROSSENTROPY, config={"from_logits": True})


def optimizer(name: str = "Adam", **config: Any) -> Setting:
    return Setting(name=name, config={"learning_rate": 0.05, **config})


def part(**changes: Any) -> Part:
    """Ten epochs of ten batches."""
    fields = {"optimizer": optimizer(), "loss": LOSS, "labels": "sparse", "images": 300, "scaling": SCALING}
    return Part.model_validate({**fields, "batch_size": 30, "epochs": 10, "steps": None, **changes})


def recipe(*parts: Part, nodes: Sequence[Node] = NODES, layers: dict[str, dict[str, Setting]] | None = None) -> Recipe:
    """One or more trainings of a linear network."""
    return Recipe(nodes=tuple(nodes), layers=layers or {}, parts=parts or (part(),))


def order(dataset: PreparedDataset, chosen: Recipe | None = None, **changes: Any) -> Order:
    """A training of a few steps, with time enough on any machine."""
    fields = {"dataset": str(dataset.folder), "recipe": chosen or recipe(), "seed": 1, "steps": 1000}
    return Order.model_validate({**fields, "seconds": 3000.0, "rows": ROWS, **changes})


def calibration(reached: Sequence[float], **changes: Any) -> Calibration:
    """What the reference reached with these accuracies."""
    fields = {
        "network": "NET I",
        "dataset": "cifar10",
        "dataset_digest": "0",
        "recipe": "r",
        "steps": 100,
        "batch_size": 128,
        "images": 40_000,
        "mean": round(float(np.mean(reached)), 4),
        "sd": round(float(np.std(reached, ddof=1)), 4),
        "seeds": tuple(range(len(reached))),
        "accuracies": tuple(reached),
        "seconds": 10.0,
        "machine": "any",
        "versions": {"keras": "3"},
    }
    return Calibration.model_validate({**fields, **changes})


class FakeTrainer:
    """Trains nothing: tells what it was told to tell, and remembers the orders."""

    def __init__(self, *outcomes: Outcome | Exception) -> None:
        self.orders: list[Order] = []
        self.outcomes = list(outcomes)
        self.before: Callable[[], None] = lambda: None

    def train(self, order: Order, tell: Callable[[Look], None], *_: Any) -> Outcome:
        self.before()
        self.orders.append(order)
        tell(Look(steps=1, accuracy=0.5))
        told = self.outcomes.pop(0) if self.outcomes else outcome(0.5 + len(self.orders) / 1000)
        if isinstance(told, Exception):
            raise told
        return told


def outcome(*accuracies: float, ended: str = "steps", **changes: Any) -> Outcome:
    """An outcome with these shares on all test images, the last one at the end."""
    found = tuple((10 * (place + 1), share) for place, share in enumerate(accuracies))
    times = tuple((steps, 1.5) for steps, _ in found)
    steps = found[-1][0] if found else 0
    fields = {"ended": ended, "steps": steps, "accuracies": found, "seconds": times, **changes}
    return Outcome.model_validate(fields)


PLACES = {"scale": (1 / 255,) * 3, "offset": (0.0,) * 3, "residual": 0.0}


def notebook(**changes: Any) -> Evidence:
    """A run in which the network of `NODES` was trained once; `changes` are of the training as it was recorded."""
    images = rows("train", 0, 40_000).model_copy(update=PLACES)
    labels = LabelsGiven(encoding="sparse", agree=1.0)
    given = RecipeGiven(
        optimizer=optimizer(),
        loss=Setting(name="SparseCategoricalCrossentropy", config={"from_logits": True}),
        layers={},
        callbacks=(),
        class_weight=None,
        shuffle=True,
        obstacles=(),
    )
    fit, end = training(3, 1, {"loss": [1.0]})
    fields = {"x": DataGiven(kind="array", count=40_000, whole=True, rows=images, labels=labels), "epochs": 5}
    fields |= {"recipe": given, "validation_split": None, **changes}
    return evidence([code(), code()], [model(2, 0, NODES), fit.model_copy(update=fields), end], effort="short")
