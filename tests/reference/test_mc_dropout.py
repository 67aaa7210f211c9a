"""Monte Carlo dropout: how often and with how many images the network is called, and the mean of what it gives."""

from __future__ import annotations

import numpy as np
import pytest

from reference import mc_dropout


def test_every_image_goes_through_as_often_as_asked_in_batches():
    calls = []

    def model(images, training):
        calls.append((len(images), training))
        return images * len(calls)

    mean = mc_dropout.mean_prediction(model, np.ones((7, 2)), samples=3, batch=5)
    assert calls == [(5, True)] * 3 + [(2, True)] * 3
    assert mean[:5] == pytest.approx(np.full((5, 2), 2.0))  # the mean of 1, 2 and 3
    assert mean[5:] == pytest.approx(np.full((2, 2), 5.0))


def test_accuracy_is_the_share_of_right_classes():
    probabilities = np.eye(4, dtype="float32")
    assert mc_dropout.accuracy(probabilities, np.array([[0], [1], [2], [0]])) == 0.75
