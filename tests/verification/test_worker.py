"""Models built again in a process of our own, and what becomes of those that cannot be."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from grader.data import PreparedDataset
from grader.evidence.schema import Unverified, Verified
from grader.verification import verified
from grader.verification.plan import jobs_of
from grader.verification.protocol import Answer, Request
from grader.verification.worker import work
from tests.models.networks import nodes_of, weights_of
from tests.verification.made import TEST, TRAIN, dataset, evaluation, given, line, prediction, snapshot


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    return dataset(tmp_path_factory.mktemp("dataset"))


@pytest.fixture(scope="module")
def model() -> Any:
    keras.utils.set_random_seed(4)
    stack = [layers.AveragePooling2D(8), layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(10)]
    return keras.Sequential([layers.Input((32, 32, 3)), *stack])


@pytest.fixture
def images(served: PreparedDataset) -> np.ndarray:
    return np.asarray(served.load().x_test, dtype="float32") / 255


Do = Callable[..., list[Answer]]


@pytest.fixture
def do(served: PreparedDataset, model: Any, tmp_path: Path) -> Do:
    """Has a job done in this process with what a kernel sent."""

    def do(*sent: bytes, nodes: Any = None) -> list[Answer]:
        spool = tmp_path / "weights.jsonl"
        spool.write_bytes(b"".join(sent))
        request = Request(
            dataset=str(served.folder),
            spool=str(spool),
            answers="",
            jobs=tuple(jobs_of([snapshot(nodes or nodes_of(model)), evaluation()])),
            rows=tuple(range(TEST))[::-1],
            train_rows=tuple(range(TRAIN)),
            seconds=60,
        )
        answers: list[Answer] = []
        work(request, answers.append)
        return answers

    return do


def test_the_model_gives_what_it_gave(do: Do, model: Any, images):
    (answer,) = do(line(weights_of(model), model(images[:5])))
    assert answer.reason is None
    assert answer.faithful
    assert list(answer.classes) == model(images[::-1]).numpy().argmax(axis=1).tolist()
    assert list(answer.mirrored) == model(images[::-1, :, ::-1]).numpy().argmax(axis=1).tolist()
    assert (len(answer.shifted), len(answer.train_classes)) == (TEST, TRAIN)


def test_another_outcome_than_in_the_notebook_is_told(do: Do, model: Any, images):
    (answer,) = do(line(weights_of(model), np.eye(10)[:5]))
    assert (answer.reason, answer.faithful) == (None, False)


def test_what_was_not_sent_is_not_answered(do: Do, model: Any, images):
    assert not do(line(weights_of(model), model(images[:5]), weights=1))


@pytest.mark.parametrize(
    "sent",
    [
        b'{"seq": 4, "cell": 0, "kind": "weights", "model": 0, "version": 0, "weights": 77, "layers": {}}\n',
        b'{"seq": 4, "cell": 0, "kind": "weights", "model": 0, "version": 0, "weights": 77, ' + b"[" * 9000 + b"\n",
        line({"dense": [np.zeros(3)]}, np.zeros((2, 10))),
        line({}, np.zeros((2, 10))).replace(b'"shape": [2, 10]', b'"shape": [2147483648, 2147483648]'),
    ],
    ids=["incomplete", "no JSON", "of other layers", "of another size"],
)
def test_weights_that_are_none_have_a_reason(do: Do, sent: bytes):
    (answer,) = do(sent)
    assert answer.reason
    assert not answer.classes


def test_lines_of_other_kinds_are_passed_over(do: Do, model: Any, images):
    assert len(do(b"\xff\x00garbage\n", b"{}\n", line(weights_of(model), model(images[:5])), b"cut off")) == 1


def holding_labels(labels: Any) -> Any:
    return keras.Sequential([layers.Input((32, 32, 3)), layers.Lambda(lambda x: labels[:2], output_shape=(10,))])


def test_a_layer_that_holds_the_labels_is_not_built(do: Do, served: PreparedDataset):
    cheat = holding_labels(keras.ops.one_hot(served.load().y_test[:, 0].astype(int), 10))
    (answer,) = do(line({}, np.zeros((2, 10))), nodes=nodes_of(cheat))
    assert "Lambda" in str(answer.reason)


@pytest.fixture
def run(served: PreparedDataset, model: Any, images, tmp_path: Path) -> Callable[[], Any]:
    """Verifies a run of this model in the real process."""
    spool = tmp_path / "weights.jsonl"
    spool.write_bytes(line(weights_of(model), model(images[:5])))
    events = (snapshot(nodes_of(model)), evaluation(), prediction(7, x=given((1.0, 1.0, 1.0))))
    return lambda: verified(events, spool, served, 1, ["model = ..."])[1:]


def test_the_process_answers(run, model: Any, images):
    first, found, last, other = run()
    assert [type(event) for event in (first, found, other)] == [type(evaluation()), Verified, Verified]
    assert found.trials == (5,)
    assert found.faithful
    assert list(found.classes) == model(images[list(found.rows)]).numpy().argmax(axis=1).tolist()
    assert (last.seq, other.trials) == (7, (7,))
    # Images that are prepared in another way than it was told make another outcome.
    assert not other.faithful


def test_a_process_that_fails_is_a_fault_of_ours(run, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    found = [event for event in run() if isinstance(event, Unverified)]
    assert [event.fault for event in found] == [True, True]
    assert "code 1" in found[0].reason
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert "could not be started" in next(event.reason for event in run() if isinstance(event, Unverified))


def test_without_weights_there_is_nothing_to_do(served: PreparedDataset, tmp_path: Path):
    events = (snapshot(()), evaluation())
    assert verified(events, tmp_path / "none", served, 1, []) == events
