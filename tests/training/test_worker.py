"""What a training computes, and what ends it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from grader.data import PreparedDataset
from grader.evidence.recipes import Setting
from grader.training.process import Trainer
from grader.training.protocol import Look, Outcome
from grader.training.recipe import Recipe, Validation
from tests.training.factories import NODES, PENALTIES, SCALING, node, optimizer, order, part, recipe

CHANCE = 0.1
STEADY = optimizer("SGD", learning_rate=0.5)


@pytest.fixture
def train(trainer: Trainer, colours: PreparedDataset) -> Any:
    """Does a training; what it tells on the way goes to `looks`."""

    def train(chosen: Recipe | None = None, tell: Any = lambda _: None, **changes: Any) -> Outcome:
        return trainer.train(order(colours, chosen, **changes), tell)

    return train


# How it ends


def test_all_epochs_are_done_where_nothing_ends_it(train: Any):
    found = train()
    assert (found.ended, found.steps) == ("complete", 100)
    assert found.best > 3 * CHANCE, "colours tell the class"
    assert [steps for steps, _ in found.accuracies] == [steps for steps, _ in found.seconds] == [100]


def test_it_ends_as_soon_as_the_target_is_reached(train: Any):
    looks: list[Look] = []
    found = train(recipe(part(epochs=100)), looks.append, target=0.3)
    assert found.ended == "reached"
    assert found.steps < 1000
    assert found.accuracies[-1] == (found.steps, found.best)
    assert found.best >= 0.3
    assert [look.steps for look in looks] == sorted({look.steps for look in looks})
    assert looks[-1].steps == found.steps
    assert all(look.accuracy < 0.3 for look in looks[:-1] if look.steps not in dict(found.accuracies))


def test_images_that_are_easier_than_the_rest_do_not_reach_it(train: Any, colours: PreparedDataset):
    """A network of zeros calls everything class 0, and all images that are looked at are of that class."""
    labels = np.load(colours.folder / "y_test.npy")[:, 0]
    easy = tuple(np.flatnonzero(labels == 0).tolist())
    zeros = {"layer4": {"kernel": Setting(name="Zeros")}}
    still = recipe(part(optimizer=optimizer("SGD", learning_rate=0.0), epochs=3), layers=zeros)
    looks: list[Look] = []
    found = train(still, looks.append, rows=easy, target=0.9)
    assert {look.accuracy for look in looks} == {1.0}
    assert [look.steps for look in looks] == [5, 10, 15, 20, 25, 30], "a twentieth of the time goes into looking"
    assert found.ended == "complete"
    assert found.best == pytest.approx((labels == 0).mean())
    assert [steps for steps, _ in found.accuracies] == [5, 30], "after the first time it takes more than there is"


def test_the_steps_of_the_budget_end_it(train: Any):
    found = train(steps=7)
    assert (found.ended, found.steps) == ("steps", 7)
    assert [steps for steps, _ in found.accuracies] == [7]


def test_the_seconds_of_the_budget_end_it(train: Any):
    found = train(recipe(part(epochs=1000)), seconds=0.0)
    assert (found.ended, found.steps) == ("seconds", 1)
    assert len(found.accuracies) == 1, "how far it got is found out all the same"


def test_a_loss_that_is_no_number_ends_it(train: Any):
    steep = part(
        optimizer=optimizer("SGD", learning_rate=1e12), loss=Setting(name="mean_squared_error"), labels="one_hot"
    )
    found = train(recipe(steep))
    assert found.ended == "diverged"
    assert found.steps < 100
    assert found.best < 5 * CHANCE


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        (recipe(nodes=(*NODES[:-1], node(4, "other", (10,), **{"class": "PReLU"}))), "no layer that grader builds"),
        (recipe(nodes=(node(0, "input", (8, 8, 3)), node(1, "flatten", (192,)))), "32×32"),
        (recipe(part(optimizer=Setting(name="Own"))), "Own is none of those"),
        (recipe(part(optimizer=optimizer(rate=1))), "Adam has settings that Keras refuses"),
        (recipe(part(optimizer=optimizer(learning_rate={"class_name": "Own"}))), "Own is none of those"),
        (recipe(part(loss=Setting(name="triplet"))), "the loss triplet is none"),
        (recipe(part(callbacks=(Setting(name="LambdaCallback"),))), "LambdaCallback is none"),
        (recipe(layers={"layer4": {"kernel": Setting(name="Own")}}), "Own is none"),
        (recipe(layers={"layer3": {"layer": Setting(name="Lambda")}}), "Lambda is none"),
    ],
)
def test_what_is_not_known_is_refused_and_the_next_one_is_trained(train: Any, chosen: Recipe, reason: str):
    found = train(chosen)
    assert (found.ended, found.steps, found.best) == ("refused", 0, 0.0)
    assert found.reason is not None
    assert reason in found.reason
    assert train(steps=1).ended == "steps"


# What it computes


def test_the_same_seed_gives_the_same_and_another_one_something_else(train: Any):
    tries = [train(seed=seed, steps=30, looks=(10, 20)).model_copy(update={"seconds": ()}) for seed in (5, 5, 6)]
    assert tries[0] == tries[1]
    assert tries[0].accuracies != tries[2].accuracies
    assert [steps for steps, _ in tries[0].accuracies] == [10, 20, 30]


def test_it_is_what_keras_computes(train: Any, colours: PreparedDataset):
    """Without anything random the result is that of the same network in Keras, to the image."""
    import keras

    still = (*NODES[:3], node(3, "dense", (10,), units=10, use_bias=True, **PENALTIES))
    zeros = {"layer3": {"kernel": Setting(name="Constant", config={"value": 0.01})}}
    found = train(recipe(part(optimizer=STEADY, shuffle=False), nodes=still, layers=zeros), looks=(50,))

    x, y, x_test, y_test = (
        np.load(colours.folder / f"{name}.npy") for name in ("x_train", "y_train", "x_test", "y_test")
    )
    begun = keras.initializers.Constant(0.01)
    pool = keras.layers.AveragePooling2D(16)
    model = keras.Sequential(
        [keras.Input((32, 32, 3)), pool, keras.layers.Flatten(), keras.layers.Dense(10, kernel_initializer=begun)]
    )
    model.compile(keras.optimizers.SGD(0.5), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    expected = []
    for _ in range(2):
        model.fit(x * np.float32(0.0039216), y, epochs=5, batch_size=30, shuffle=False, verbose=0)
        classes = np.asarray(model(x_test * np.float32(0.0039216))).argmax(axis=1)
        expected.append(float((classes == y_test[:, 0]).mean()))
    assert [share for _, share in found.accuracies] == pytest.approx(expected, abs=0.011)
    assert expected[1] > 2 * CHANCE


def test_several_trainings_go_on_with_the_same_weights_and_optimizer(train: Any):
    once = train(recipe(part(epochs=4, shuffle=False)), looks=(20,))
    twice = train(recipe(part(epochs=2, shuffle=False), part(epochs=2, shuffle=False, optimizer=None)), looks=(20,))
    assert twice.steps == once.steps == 40
    assert dict(twice.accuracies)[40] == pytest.approx(dict(once.accuracies)[40], abs=0.05)
    still = train(recipe(part(epochs=2), part(epochs=2, optimizer=optimizer(learning_rate=0.0))), looks=(20,))
    assert dict(still.accuracies)[20] == dict(still.accuracies)[40]


def test_rates_hold_in_their_epochs(train: Any):
    found = train(recipe(part(optimizer=STEADY, epochs=3, rates=(0.5, 0.0))), looks=(10, 20))
    first, second, third = (share for _, share in found.accuracies)
    assert first == second == third > CHANCE, "after the first epoch it stands still, also beyond the last rate"


def test_it_stops_where_the_notebook_would(train: Any):
    stopping = Setting(name="EarlyStopping", config={"monitor": "val_accuracy", "patience": 2, "mode": "auto"})
    watched = Validation(images=50, source="test", scaling=SCALING)
    still = part(optimizer=optimizer(learning_rate=0.0), callbacks=(stopping,), validation=watched)
    found = train(recipe(still))
    assert (found.ended, found.steps) == ("complete", 30), "an epoch, and two that are no better"


def test_the_pace_slows_down_where_the_notebook_would_slow_it(train: Any):
    plateau = Setting(
        name="ReduceLROnPlateau", config={"monitor": "loss", "factor": 0.0, "patience": 1, "min_delta": 100.0}
    )
    found = train(recipe(part(optimizer=STEADY, epochs=4, callbacks=(plateau,))), looks=(20, 30, 40))
    shares = dict(found.accuracies)
    assert shares[20] == shares[30] == shares[40]


def test_fewer_steps_an_epoch_and_weights_of_classes(train: Any):
    assert train(recipe(part(steps=4, epochs=2))).steps == 8
    one_sided = {str(number): float(number == 3) for number in range(10)}
    found = train(recipe(part(class_weight=one_sided, optimizer=STEADY)))
    plain = train(recipe(part(optimizer=STEADY)))
    assert found.best < plain.best


@pytest.mark.parametrize(
    ("loss", "labels"),
    [("mean_squared_error", "one_hot"), ("categorical_hinge", "one_hot"), ("crossentropy", "sparse")],
)
def test_losses_get_the_labels_that_they_take(train: Any, loss: str, labels: str):
    config = {"from_logits": True, "label_smoothing": 0.1} if loss == "crossentropy" else {}
    found = train(recipe(part(loss=Setting(name=loss, config=config), labels=labels, epochs=20)))
    assert found.ended == "complete"
    assert found.best > 2 * CHANCE


def test_images_are_given_as_the_notebook_gave_them(train: Any):
    black = SCALING.model_copy(update={"scale": (0.0,)})
    assert train(recipe(part(scaling=black))).best < 3 * CHANCE
    by_channel = SCALING.model_copy(update={"scale": (0.003, 0.004, 0.005), "offset": (-0.5, 0.0, 0.5)})
    assert train(recipe(part(scaling=by_channel))).best > 3 * CHANCE


def test_augmentation_works_while_it_trains_and_not_when_it_is_tried(train: Any):
    nodes = (
        NODES[0],
        node(1, "random", (32, 32, 3), cls="RandomBrightness", **{"class": "RandomBrightness"}),
        *_later(NODES[1:]),
    )
    dark = {
        "layer1": {"layer": Setting(name="RandomBrightness", config={"factor": [-1.0, -1.0], "value_range": [0, 1]})}
    }
    assert train(recipe(nodes=nodes, layers=dark)).best < 0.35, "all that it learns from is black"
    little = {"layer1": {"layer": Setting(name="RandomBrightness", config={"factor": 0.01, "value_range": [0, 1]})}}
    assert train(recipe(nodes=nodes, layers=little)).best > 0.5


def _later(nodes: tuple[Any, ...]) -> list[Any]:
    return [
        one.model_copy(update={"id": one.id + 1, "inputs": (one.id,), "layer": f"layer{one.id + 1}"}) for one in nodes
    ]


def test_wall_clock_is_told_by_the_same_steps(train: Any):
    found = train(steps=20, looks=(10,))
    times = [seconds for _, seconds in found.seconds]
    assert [steps for steps, _ in found.seconds] == [10, 20]
    assert 0 < times[0] <= times[1] < math.inf
