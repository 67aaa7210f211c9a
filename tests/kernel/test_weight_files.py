"""Weights that are written to files and read from them: which, and whether this run wrote them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from grader.evidence.schema import Fit, FitEnd, WeightsLoaded, WeightsSaved
from grader.kernel.compat.modules import under_both_roots
from grader.kernel.weight_files import WeightFiles

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # TensorFlow's own

LONG_AGO = 10_000
"""Seconds."""


@pytest.fixture
def run(
    recorded: Callable[[str], SimpleNamespace], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[type], list[Any]]:
    """A recorded run in an empty folder; gives the events of a kind."""
    for name in ("save", "save_weights", "load_weights"):
        monkeypatch.setattr(keras.Model, name, getattr(keras.Model, name))
    for place in ("models", "saving"):
        for module in under_both_roots(place).values():
            monkeypatch.setattr(module, "load_model", module.load_model)
    parts = recorded("sketch")
    files = WeightFiles(parts.watch)
    files.install()
    files.install_functions()
    monkeypatch.chdir(tmp_path)
    return lambda kind: [event for event in parts.events() if isinstance(event, kind)]


def small() -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def test_a_checkpoint_of_a_training_has_the_weights_in_which_it_ends(run):
    model, callback = small(), keras.callbacks.ModelCheckpoint("best.weights.h5", save_weights_only=True)
    model.fit(np.ones((8, 4)), np.zeros(8), epochs=3, callbacks=[callback])
    (fit,), (end,), (saved,) = run(Fit), run(FitEnd), run(WeightsSaved)
    assert fit.weights != end.weights == saved.weights
    assert fit.seq < saved.seq < end.seq
    fresh = small()
    fresh.load_weights("best.weights.h5")
    (loaded,) = run(WeightsLoaded)
    assert (loaded.weights, loaded.file, loaded.written) == (end.weights, "best.weights.h5", True)
    assert loaded.model != fit.model


@pytest.mark.parametrize("place", ["models", "saving"])
def test_a_loaded_model_is_one_of_the_same_weights(run, place):
    small().save("whole.keras")
    for module in under_both_roots(place).values():
        module.load_model("whole.keras")
    (saved,), loaded = run(WeightsSaved), run(WeightsLoaded)
    assert loaded
    for event in loaded:
        assert (event.weights, event.written) == (saved.weights, True)
        assert event.model is not None


def test_a_file_from_before_the_run_was_not_written_by_it(run):
    small().save_weights("old.weights.h5")
    os.utime("old.weights.h5", (time.time() - LONG_AGO,) * 2)
    model = small()
    model.load_weights("old.weights.h5")
    (loaded,) = run(WeightsLoaded)
    assert not loaded.written
    assert loaded.weights is not None


def test_what_could_not_be_read_is_recorded_all_the_same(run):
    model = small()
    with pytest.raises(FileNotFoundError):
        model.load_weights("gone.weights.h5")
    with pytest.raises(ValueError, match="not found"):
        keras.models.load_model("gone.keras")
    first, second = run(WeightsLoaded)
    assert (first.weights, first.written, first.model) == (None, False, 0)
    assert (second.weights, second.written, second.model) == (None, False, None)
