"""The inception module: its parameters, and one computation told twice, by Keras and by NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from reference import inception
from reference.inception import BRANCHES, MODULES, ConvWeights, Widths


@pytest.mark.parametrize(("batch_norm", "count"), [(False, 163_696), (True, 164_720)])
def test_module_3a_has_the_parameters_of_the_assignment(batch_norm, count):
    layer = inception.build(MODULES["3a"], batch_norm=batch_norm)
    output = layer(np.zeros((1, 4, 4, 192), dtype="float32"))
    assert tuple(output.shape) == (1, 4, 4, 256)
    assert layer.count_params() == count
    assert inception.parameters(MODULES["3a"], 192, batch_norm=batch_norm) == count


def test_numpy_computes_what_keras_computes():
    widths = Widths(3, 4, 5, 2, 6, 7)
    images = np.random.default_rng(1).uniform(-1, 1, (2, 6, 5, 8))
    layer = inception.build(widths)
    output = np.asarray(layer(images.astype("float32")))
    names = [name for convolutions in BRANCHES.values() for name, _ in convolutions]
    values = iter(layer.get_weights())
    weights = {name: ConvWeights(next(values), next(values)) for name in names}
    assert np.allclose(inception.forward(images, weights), output, atol=1e-5)


def test_each_module_takes_what_the_one_before_it_gives():
    channels = [widths.channels for widths in MODULES.values()]
    assert channels == [256, 480, 512, 512, 512, 528, 832, 832, 1024]
