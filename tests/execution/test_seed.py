"""Random numbers of a run: the same each time, and where a notebook trains, in another order in each epoch."""

from __future__ import annotations

from typing import Literal

import pytest

from grader.data import PreparedDataset
from grader.execution.limits import Limits
from grader.execution.runner import RunSettings, run_notebook
from grader.execution.sandbox import choose
from grader.intake import Cell, Notebook

DRAWN = """
import random
import keras, numpy as np, tensorflow as tf
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dropout(0.5)])
print(random.random(), np.random.rand(), model.weights[0].numpy().tolist())
print(np.asarray(model(np.ones((1, 3)), training=True)).tolist())
"""
# As Keras draws the order of images for `fit`.
ORDER = """
permutations = tf.data.Dataset.range(1).map(lambda _: tf.random.shuffle(tf.range(1000)))
first, second = (next(iter(permutations)).numpy().tolist() for _ in range(2))
print("the same order" if first == second else "another order")
"""


def printed(dataset: PreparedDataset, effort: Literal["sketch", "full"], *sources: str) -> list[str]:
    cells = tuple(Cell(position, "code", source) for position, source in enumerate(sources, 1))
    settings = RunSettings(effort, dataset, Limits(cell_seconds=60), warm=True, sandbox=choose(forking=True))
    return [cell.text for cell in run_notebook(Notebook("draws", cells), settings).cells]


@pytest.mark.parametrize("effort", ["sketch", "full"])
def test_the_same_numbers_are_drawn_each_time(dataset: PreparedDataset, effort: Literal["sketch", "full"]) -> None:
    first, second = printed(dataset, effort, DRAWN), printed(dataset, effort, DRAWN)
    assert "[[" in first[0]
    assert first == second


def test_who_asks_the_kernel_who_it_is_changes_no_number(dataset: PreparedDataset) -> None:
    """Which happens more often on a busy machine."""
    asked = "before = random.getstate()\nget_ipython().banner\nprint(before == random.getstate())"
    assert printed(dataset, "sketch", DRAWN, asked)[1] == "True\n"


def test_images_come_in_another_order_in_each_epoch(dataset: PreparedDataset) -> None:
    assert printed(dataset, "full", DRAWN, ORDER)[1] == "another order\n"


def test_unless_the_notebook_itself_sets_the_seed(dataset: PreparedDataset) -> None:
    assert printed(dataset, "full", DRAWN, "tf.random.set_seed(1)" + ORDER)[1] == "the same order\n"
