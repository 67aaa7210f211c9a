"""Published weights that cannot be had leave a network as it is; ends of a Sequential are known without a call."""

from __future__ import annotations

import warnings

import keras
import numpy as np
import pytest

from grader.kernel.compat import install

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SMALL = {"include_top": False, "input_shape": (96, 96, 3), "alpha": 0.35}


@pytest.fixture
def said(monkeypatch, tmp_path):
    """What the shims say; no weights lie in the home of Keras."""
    heard: dict[str, str] = {}
    monkeypatch.setattr("keras.src.backend.config.keras_home", lambda: str(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's own
        install(heard.setdefault)
    return heard


def test_without_the_file_the_weights_stay_random(said):
    keras.utils.set_random_seed(1)
    published = keras.applications.MobileNetV2(weights="imagenet", **SMALL)
    assert any("random weights" in text for text in said.values())
    keras.utils.set_random_seed(1)
    fresh = keras.applications.MobileNetV2(weights=None, **SMALL)
    np.testing.assert_array_equal(published.get_weights()[0], fresh.get_weights()[0])


def test_weights_that_are_there_are_read(said, tmp_path):
    file = tmp_path / "models" / "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5"
    file.parent.mkdir()
    file.write_bytes(b"no weights")
    with pytest.raises(OSError, match=r"[Uu]nable to"):
        keras.applications.MobileNetV2(weights="imagenet", **SMALL)


def test_weights_of_ones_own_that_are_missing_are_an_error(said):
    with pytest.raises((OSError, ValueError)):
        keras.applications.MobileNetV2(weights="mine.weights.h5", **SMALL)


def test_the_ends_of_a_sequential(said):
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 3), keras.layers.Flatten()])
    inside = keras.Model(inputs=model.input, outputs=model.layers[0].output)
    assert inside.predict(np.zeros((1, 8, 8, 3)), verbose=0).shape == (1, 6, 6, 2)
    assert model.output.shape == (None, 72)
    with pytest.raises(AttributeError, match="never been called"):
        _ = keras.Sequential([keras.layers.Flatten()]).input
