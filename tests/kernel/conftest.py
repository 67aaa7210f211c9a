"""The kernel side in this process: hooks that are taken out again, a small served data set, events read back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.evidence import parse_event
from grader.evidence.schema import Event, ModelSnapshot
from grader.evidence.values import Node
from grader.kernel import taps
from grader.kernel.events import EventLog
from grader.kernel.images.inputs import InputReader
from grader.kernel.images.rows import RowIndex
from grader.kernel.images.serving import ServedData
from grader.kernel.inference import InferenceRecorder
from grader.kernel.models import ModelRegistry
from grader.kernel.sketch import Sketch
from grader.kernel.training import TrainingRecorder
from grader.kernel.watch import Watch

TRAIN, TEST = 500, 100
SEED = 7
WEIGHTS = b'"kind": "weights"'


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> ServedData:
    """A served data set of 500 and 100 images of noise."""
    folder = tmp_path_factory.mktemp("served")
    random = np.random.default_rng(SEED)
    for name, count in (("train", TRAIN), ("test", TEST)):
        np.save(folder / f"x_{name}.npy", random.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8))
        np.save(folder / f"y_{name}.npy", random.integers(0, 10, (count, 1), dtype=np.uint8))
    return ServedData(folder)


@pytest.fixture(scope="session")
def index(data: ServedData) -> RowIndex:
    return RowIndex(data)


@pytest.fixture
def lines() -> list[bytes]:
    """What a log wrote."""
    return []


@pytest.fixture
def log(lines: list[bytes]) -> EventLog:
    return EventLog(lines.append, max_bytes=2**24)


@pytest.fixture
def events(lines: list[bytes]) -> Callable[[], tuple[Event, ...]]:
    """The events so far, as the trusted side reads them."""
    return lambda: tuple(parse_event(line) for line in lines if WEIGHTS not in line[:200])


@pytest.fixture
def spool(lines: list[bytes], tmp_path: Path) -> Callable[[], Path]:
    """A file of the weights sent so far, as the trusted side keeps them."""

    def spool() -> Path:
        file = tmp_path / "weights.jsonl"
        file.write_bytes(b"".join(line + b"\n" for line in lines if WEIGHTS in line[:200]))
        return file

    return spool


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is hooked into Keras during the test is taken out after it."""
    import keras
    from keras.src.models.functional import Functional

    methods = ("compile", "fit", "evaluate", "predict", "summary")
    hooked = [(next(c for c in keras.Model.__mro__ if name in vars(c)), name) for name in methods]
    hooked += [(cls, "__init__") for cls in (keras.Model, keras.Sequential, Functional)]
    hooked += [(keras.layers.Layer, "__call__"), (keras.Sequential, "add"), (keras.Sequential, "build")]
    for cls, name in hooked:
        monkeypatch.setattr(cls, name, getattr(cls, name))


@pytest.fixture
def nodes_of(hooks: None, log: EventLog, events: Callable[[], tuple[Event, ...]]) -> Callable[..., tuple[Node, ...]]:
    """The canonical nodes of a built model, by way of its recorded snapshot."""
    taps.install(lambda model, call, args, kwargs: call(model, *args, **kwargs))
    registry = ModelRegistry(log, on_new=lambda: None)

    def nodes_of(model: Any, shape: tuple[int, ...] = (1, 32, 32, 3)) -> tuple[Node, ...]:
        registry.saw_input(model, shape, "float32")
        registry.snapshot(model)
        (*_, event) = events()
        assert isinstance(event, ModelSnapshot), event
        assert event.parameters == model.count_params()
        return event.nodes

    return nodes_of


@pytest.fixture
def recorded(
    hooks: None, log: EventLog, data: ServedData, index: RowIndex, events: Callable[[], tuple[Event, ...]]
) -> Callable[[str], SimpleNamespace]:
    """Records Keras at the given effort; returns the parts of the recorder and a function that reads events."""

    def recorded(effort: str = "sketch") -> SimpleNamespace:
        registry, reader = ModelRegistry(log, on_new=lambda: None), InputReader(index, log)
        sketch = Sketch(SEED) if effort == "sketch" else None
        watch = Watch(log, registry, reader, index, sketch)
        inference = InferenceRecorder(watch, SEED)
        taps.install(inference.model_call)
        registry.install()
        TrainingRecorder(watch).install()
        inference.install()
        log.cell = 0
        return SimpleNamespace(
            log=log, registry=registry, reader=reader, watch=watch, passes=inference.passes, events=events
        )

    return recorded
