"""A notebook at effort ``full``: its models are built again, and what it puts in the place of Keras decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.checks import Submission
from grader.checks.outcomes import CheckOutcome, Failed, Undecided
from grader.checks.training.accuracy import Bar, expect_bar
from grader.data import PreparedDataset
from grader.evidence import Evidence
from grader.evidence.schema import Evaluation, Prediction, Tampering, Unverified, Verified
from grader.execution.runner import RunSettings, run_notebook
from grader.intake import Cell, Notebook
from grader.verification import with_contradictions
from grader.verification.accuracy import Labels
from tests.verification import made

BAR = Bar(network="NET", dataset="stand-in", named=0.8)

HONEST = """
import keras, numpy as np, tensorflow as tf
from keras import layers
from keras.datasets import cifar10
(x_train, y_train), (x_test, y_test) = cifar10.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0

def make(*extra, lr=0.1):
    end = [layers.AveragePooling2D(8), layers.Flatten(), layers.Dense(32, "relu"), layers.Dense(10, "softmax")]
    model = keras.Sequential([layers.Input((32, 32, 3)), *extra, *end])
    model.compile(keras.optimizers.Adam(lr), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

honest = make(lr=0.01)
honest.fit(x_train, y_train, epochs=30, batch_size=16, verbose=0)
print(honest.evaluate(x_test, y_test, verbose=0)[1])
"""
UNREADABLE = """
own = make(layers.Lambda(lambda x: x * 2), lr=0.01)
own.fit(x_train, y_train, epochs=30, batch_size=16, verbose=0)
own.evaluate(x_test, y_test, verbose=0)
"""
LOOK_UP = """
known = {image.astype("float32").tobytes(): label for image, label in zip(x_test, y_test[:, 0])}

def look_up(images):
    return np.eye(10, dtype="float32")[[known.get(image.astype("float32").tobytes(), 0) for image in images]]
"""
PREDICT_STEP = """
model = make()
model.fit(x_train[:16], y_train[:16], verbose=0)
model.run_eagerly = True
model.predict_step = lambda data: tf.constant(look_up(keras.tree.flatten(data)[0].numpy()))
model.evaluate(x_test, y_test, verbose=0)
assert (model.predict(x_test, verbose=0).argmax(axis=1) == y_test[:, 0]).all()
"""
RESULT = """
model = make()
model._get_metrics_result_or_logs = lambda logs: {"loss": 0.01, "accuracy": 0.99}
print(model.evaluate(x_test, y_test, verbose=0))
"""
PREDICT = """
model, predict = make(), keras.Model.predict
keras.Model.predict = lambda self, x, **_: look_up(x)
model.evaluate(x_test, y_test, verbose=0)
keras.Model.predict = predict
"""
CALL = """
from keras.src.models.functional import Functional
model, call = make(), Functional.call
model.run_eagerly = True
Functional.call = lambda self, inputs, *_, **__: tf.constant(look_up(np.asarray(inputs)))
print(model.evaluate(x_test, y_test, verbose=0)[1])
Functional.call = call
"""
CELLS = (HONEST, UNREADABLE, LOOK_UP, PREDICT_STEP, RESULT, PREDICT, CALL)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    return made.dataset(tmp_path_factory.mktemp("dataset"))


@pytest.fixture(scope="module")
def labels(served: PreparedDataset) -> Labels:
    data = served.load()
    return Labels(*(np.asarray(part, dtype=np.int64)[:, 0] for part in (data.y_train, data.y_test)))


@pytest.fixture(scope="module")
def recorded(served: PreparedDataset) -> Evidence:
    """What one kernel left that ran all of the cells."""
    notebook = Notebook("trained", tuple(Cell(position, "code", cell) for position, cell in enumerate(CELLS, 1)))
    evidence = run_notebook(notebook, RunSettings("full", served))
    assert evidence.run.ended == "complete"
    assert [cell.error for cell in evidence.cells] == [None] * len(CELLS)
    return evidence


Trials = Callable[[str], list[Evaluation | Prediction]]


@pytest.fixture(scope="module")
def trials(recorded: Evidence) -> Trials:
    """What a cell tried."""

    def trials(cell: str) -> list[Evaluation | Prediction]:
        events = [*recorded.of(Evaluation), *recorded.of(Prediction)]
        return [event for event in events if event.cell == CELLS.index(cell)]

    return trials


@pytest.fixture(scope="module")
def judge(recorded: Evidence, labels: Labels, trials: Trials) -> Callable[[str], Any]:
    """How the accuracy check ends for what a cell tried; None if it is passed."""

    def judge(cell: str) -> CheckOutcome | None:
        try:
            expect_bar(Submission(recorded, labels=labels), trials(cell), BAR)
        except CheckOutcome as outcome:
            return outcome
        return None

    return judge


@pytest.fixture(scope="module")
def noticed(recorded: Evidence, labels: Labels) -> Callable[[str], list[str]]:
    """What contradicts itself in a cell."""
    found = with_contradictions(recorded, labels).of(Tampering)
    mine = [event for event in found if event not in recorded.events]
    return lambda cell: [event.detail for event in mine if event.cell == CELLS.index(cell)]


def test_an_honest_model_has_the_accuracy_of_the_one_built_again(recorded, trials, judge, noticed):
    (trial,) = trials(HONEST)
    (verified,) = [event for event in recorded.of(Verified) if trial.seq in event.trials]
    assert verified.faithful
    assert judge(HONEST) is None
    assert not noticed(HONEST)


def test_a_model_with_code_of_its_own_is_taken_at_the_kernels_word(recorded, trials, judge, noticed):
    (trial,) = trials(UNREADABLE)
    (why,) = [event for event in recorded.of(Unverified) if event.weights == trial.weights]
    assert "lambda" in why.reason
    assert judge(UNREADABLE) is None
    assert not noticed(UNREADABLE)


def test_labels_in_place_of_predictions_are_noticed(judge, noticed):
    assert isinstance(judge(PREDICT_STEP), Failed)
    assert "another class was reported" in noticed(PREDICT_STEP)[0]


def test_a_figure_in_place_of_an_evaluation_is_noticed(judge, noticed):
    assert isinstance(judge(RESULT), Failed)
    (words,) = noticed(RESULT)
    assert "accuracy 0.99" in words


def test_another_method_in_place_of_predict_changes_nothing(judge):
    assert isinstance(judge(PREDICT), Failed)


def test_a_call_that_gives_the_labels_is_for_a_person_to_look_at(judge):
    outcome = judge(CALL)
    assert isinstance(outcome, Undecided)
    assert "other results" in str(outcome)
