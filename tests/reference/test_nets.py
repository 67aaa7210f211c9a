"""The model answers to `nets`: the networks and the protocol, on few small images."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib import pyplot as plt

from reference import nets
from reference.architecture import Dense, Flatten, build


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (nets.net1, 193_034),
        (lambda: nets.net1("same"), 586_250),
        (nets.net2, 686_090),
    ],
)
def test_the_networks_have_the_parameters_of_the_assignment(make, count):
    model = make()
    assert model.count_params() == count
    assert model.output_shape == (None, 10)


def test_net3_is_regularised_as_asked():
    model = nets.net3()
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("Conv2D") == 6
    assert kinds.count("Dropout") == 5
    dense = [layer for layer in model.layers if type(layer).__name__ == "Dense"]
    assert [layer.units for layer in dense] == [1024, 512, 10]
    assert all(float(layer.kernel_regularizer.l2) == pytest.approx(0.0005) for layer in dense)


def test_scaling():
    scaled = nets.scale(np.array([0, 51, 255], dtype=np.uint8))
    assert scaled.dtype == np.float32
    assert scaled.tolist() == pytest.approx([0, 0.2, 1])


def made_up(count=50):
    random = np.random.default_rng(0)
    images = nets.scale(random.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8))
    labels = random.integers(0, 10, (count, 1), dtype=np.uint8)
    return nets.split(images, labels, images[:10], labels[:10])


def test_the_last_fifth_is_for_validation_as_in_keras():
    images, labels = np.arange(50), np.arange(50)
    data = nets.split(images, labels, images, labels)
    assert data.x_train.tolist() == data.y_train.tolist() == list(range(40))
    assert data.x_validation.tolist() == data.y_validation.tolist() == list(range(40, 50))
    assert data.x_test is images


@pytest.fixture(scope="module")
def trained():
    model = build((Flatten(), Dense(10, "softmax")))
    data = made_up()
    return model, data, nets.train(model, data, epochs=2)


def test_training_keeps_both_curves(trained):
    _, _, history = trained
    curves = dict.fromkeys(("loss", "accuracy", "val_loss", "val_accuracy"), 2)
    assert {name: len(curve) for name, curve in history.history.items()} == curves


def test_the_first_prediction_is_a_class_beside_its_label(trained):
    model, data, _ = trained
    predicted, label = nets.first_prediction(model, data)
    assert predicted == int(model.predict(data.x_test, verbose=0)[0].argmax())
    assert label == int(data.y_test[0, 0])


@pytest.mark.parametrize("quantity", ["accuracy", "loss"])
def test_the_plot_shows_both_curves_over_the_epochs(trained, quantity):
    _, _, history = trained
    figure = nets.plot_history(history, quantity)
    (axes,) = figure.axes
    drawn = {line.get_label(): line.get_ydata().tolist() for line in axes.get_lines()}
    assert drawn == {
        f"training {quantity}": history.history[quantity],
        f"validation {quantity}": history.history[f"val_{quantity}"],
    }
    assert [line.get_xdata().tolist() for line in axes.get_lines()] == [[1, 2]] * 2
    plt.close(figure)
