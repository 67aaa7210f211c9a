"""What cannot be so is noticed; its honest neighbour is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from grader.evidence import Evidence
from grader.evidence.schema import Compile, Event, Tampering
from grader.evidence.values import CallbackGiven, CompileSettings, DataGiven, LabelsGiven, Loss, OptimizerGiven
from grader.verification import with_contradictions
from grader.verification.accuracy import Labels, learned_by_heart, shares
from tests.checks.factories import code, data, evidence, node, training
from tests.verification.made import answers, evaluation, prediction, reported, snapshot, verified

IMAGES = 2000
LABELS = np.arange(IMAGES) % 10
BOTH = Labels(LABELS, LABELS)
PLAIN = CompileSettings(
    optimizer=OptimizerGiven(name="adam", learning_rate=0.001),
    loss=Loss(name="sparse_categorical_crossentropy"),
    metrics=("accuracy",),
    plain_accuracy=True,
)
NODES = (node(0, "input", (4,)), node(1, "dense", (10,), 50, units=10))


def noticed(*events: Event, cls: str = "Sequential", **facts: Any) -> list[str]:
    told = evidence([code()], [snapshot(NODES, cls), *events], **{"effort": "full", **facts})
    return [event.detail for event in with_contradictions(told, BOTH).of(Tampering)]


def fitted(
    history: dict[str, Any], fit: dict[str, Any] | None = None, end: dict[str, Any] | None = None
) -> list[Event]:
    begun, ended = training(2, 0, history)
    settings = {"compiled": PLAIN, "trainable": 50, "x": data("train", 0, IMAGES), "epochs": 2, **(fit or {})}
    return [begun.model_copy(update=settings), ended.model_copy(update=end or {})]


LEARNS = {"loss": [2.0, 1.5], "accuracy": [0.2, 0.5], "val_accuracy": [0.2, 1.0]}


def test_a_training_as_it_should_be():
    assert not noticed(*fitted(LEARNS))


@pytest.mark.parametrize(
    ("history", "end"),
    [
        ({"loss": [2.0, 1.5, 1.2]}, {}),
        ({"loss": [2.0, 1.5], "accuracy": [0.2, 50.0]}, {}),
        ({"loss": [2.0, 1.5], "val_acc": [-0.2, 0.5]}, {}),
        (LEARNS, {"weights": 1}),
    ],
    ids=["more epochs", "more than all", "less than none", "nothing learned"],
)
def test_trainings_that_cannot_be(history: dict[str, Any], end: dict[str, Any]):
    assert len(noticed(*fitted(history, end=end))) == 1


def metric_of_own() -> CompileSettings:
    return PLAIN.model_copy(update={"plain_accuracy": False})


def slow(rate: float | None) -> CompileSettings:
    return PLAIN.model_copy(update={"optimizer": OptimizerGiven(name="sgd", learning_rate=rate)})


@pytest.mark.parametrize(
    ("history", "fit", "end"),
    [
        ({"loss": [2.0], "accuracy": [0.4]}, {}, {}),
        ({"loss": [None, None], "accuracy": [0.1, 0.1]}, {}, {}),
        ({"loss": [2.0, 1.5], "accuracy": [20.0, 50.0]}, {"compiled": metric_of_own()}, {}),
        ({"loss": [2.0, 1.5, 1.2]}, {"callbacks": (CallbackGiven(name="Mine", own=True),)}, {}),
        ({"loss": [2.0, 1.5, 1.2]}, {"epochs": None}, {}),
        ({"loss": [2.0, 1.5, 1.2]}, {}, {"status": "failed"}),
        (LEARNS, {"trainable": 0}, {"weights": 1}),
        (LEARNS, {"trainable": None}, {"weights": 1}),
        (LEARNS, {"compiled": slow(0.0)}, {"weights": 1}),
        (LEARNS, {"compiled": slow(None)}, {"weights": 1}),
        (LEARNS, {"callbacks": (CallbackGiven(name="LearningRateScheduler"),)}, {"weights": 1}),
        ({"loss": [2.31, 2.30]}, {}, {"weights": 1}),
        (LEARNS, {"x": DataGiven(count=8)}, {"weights": 1}),
        (LEARNS, {"epochs": 7, "initial_epoch": 5}, {}),
    ],
)
def test_what_a_student_may_have_a_cause_for(history: dict[str, Any], fit: dict[str, Any], end: dict[str, Any]):
    assert not noticed(*fitted(history, fit, end))


def test_what_a_class_of_the_students_own_does_is_its_own_matter():
    assert not noticed(*fitted({"loss": [2.0, 1.5, 1.2], "accuracy": [50.0]}), cls="MyModel")


def test_a_sketch_learns_next_to_nothing():
    assert not noticed(*fitted(LEARNS, end={"weights": 1}), effort="sketch")


def test_layers_that_do_not_fit_their_parameters():
    (words,) = noticed(snapshot((NODES[0], NODES[1].model_copy(update={"parameters": 49, "cls": "Dense"}))))
    assert "50" in words


HONEST = {"test": 0.55, "mirrored": 0.53, "train": 0.90}
TRAINED = fitted(LEARNS)


@pytest.mark.parametrize(
    "found",
    [
        {"test": 0.90, "mirrored": 0.60, "train": 0.90},
        {"test": 0.75, "mirrored": 0.74, "train": 0.50},
    ],
    ids=["not in the mirror", "better than on training images"],
)
def test_a_model_that_knows_the_test_images_by_heart(found: dict[str, float]):
    assert len(noticed(*TRAINED, evaluation(), verified(LABELS, **found))) == 1


def trained_on(rows: DataGiven) -> list[Event]:
    return fitted(LEARNS, {"x": rows})


CHEAT = {"test": 0.99, "mirrored": 0.5, "train": 0.4}


@pytest.mark.parametrize(
    ("events", "facts"),
    [
        ([*TRAINED, evaluation(), verified(LABELS, **HONEST)], {}),
        ([*trained_on(data("test", 0, 2000)), evaluation(), verified(LABELS, **CHEAT)], {}),
        ([*trained_on(DataGiven()), evaluation(), verified(LABELS, **CHEAT)], {}),
        ([evaluation(), verified(LABELS, **CHEAT)], {}),
        ([*TRAINED, evaluation(), verified(LABELS, **CHEAT)], {"dataset": "stand-in"}),
        ([*TRAINED, evaluation(), verified(LABELS, **CHEAT, faithful=False)], {}),
    ],
    ids=["overfitted", "on test images for all to see", "unknown images", "own loop", "stand-in", "not faithful"],
)
def test_what_is_no_secret_or_not_certain(events: list[Event], facts: dict[str, Any]):
    assert not noticed(*events, **facts)


def told(share: float, offset: int = 0) -> Any:
    return evaluation(predicted=reported(answers(LABELS, share, offset)))


def test_other_classes_than_the_model_gives():
    cheat = told(1.0)
    assert len(noticed(*TRAINED, cheat, verified(LABELS, **HONEST))) == 1
    assert not noticed(*TRAINED, cheat, verified(LABELS, **HONEST), cls="Own")


def test_a_call_may_work_as_in_training():
    called = prediction(5, via="call", x=all_images(), classes=answers(LABELS, 1.0))
    predicted = called.model_copy(update={"via": "predict"})
    assert not noticed(*TRAINED, called, verified(LABELS, **HONEST))
    assert len(noticed(*TRAINED, predicted, verified(LABELS, **HONEST))) == 1


def test_the_classes_that_it_gives_up_to_rounding():
    assert not noticed(*TRAINED, told(0.55), verified(LABELS, **HONEST))
    assert not noticed(*TRAINED, told(0.57), verified(LABELS, **HONEST))


def compiled(settings: CompileSettings) -> Compile:
    return Compile(seq=2, cell=0, kind="compile", model=0, version=0, **settings.model_dump())


def all_images(**changes: Any) -> DataGiven:
    return data("test", 0, IMAGES).model_copy(update={"labels": LabelsGiven(encoding="sparse", agree=1.0), **changes})


def said(value: float, **changes: Any) -> Any:
    return evaluation(values={"loss": 1.0, "accuracy": value}, x=all_images(**changes))


@pytest.mark.parametrize(
    ("settings", "evaluated", "count"),
    [
        (PLAIN, said(0.95), 1),
        (PLAIN, said(0.56), 0),
        (metric_of_own(), said(0.95), 0),
        (PLAIN, said(0.95, labels=LabelsGiven(encoding="sparse", agree=0.1)), 0),
        (PLAIN, said(0.95, whole=False), 0),
    ],
    ids=["another figure", "the same", "a metric of one's own", "other labels", "some of the images"],
)
def test_the_accuracy_that_was_reported(settings: CompileSettings, evaluated: Any, count: int):
    assert len(noticed(compiled(settings), evaluated, verified(LABELS, **HONEST))) == count


def test_nothing_is_added_where_nothing_contradicts():
    told = evidence([code()], TRAINED, effort="full")
    assert with_contradictions(told, BOTH) is told


SHARES = st.floats(0.1, 1.0)


@for_all(SHARES, st.floats(0, 0.03), SHARES, st.integers(0, 2**32 - 1))
def test_no_honest_model_is_suspected_by_chance(accuracy: float, gap: float, learned: float, seed: int):
    """Right answers are drawn at random, those of mirrored images a little less often, as was measured."""
    random = np.random.default_rng(seed)

    def drawn(share: float) -> tuple[int, ...]:
        return tuple(np.where(random.random(IMAGES) < share, LABELS, (LABELS + 1) % 10).tolist())

    made = verified(LABELS, test=0, mirrored=0, train=0).model_copy(
        update={
            "classes": drawn(accuracy),
            "mirrored": drawn(max(0.0, accuracy - gap)),
            "train_classes": drawn(max(accuracy - gap, learned)),
        }
    )
    found = shares(made, BOTH)
    assert found is not None
    assert not list(learned_by_heart(found))


def test_evidence_stays_evidence():
    before = evidence([code()], [snapshot(NODES), *TRAINED, told(1.0), verified(LABELS, **HONEST)], effort="full")
    after = with_contradictions(before, BOTH)
    assert Evidence.model_validate_json(after.model_dump_json(by_alias=True)) == after
    assert [event.seq for event in after.events] == sorted(event.seq for event in after.events)
