"""Puts classes and functions of the notebook to the test after its last cell: what an assignment's probes ask for.

A layer is made with given arguments and called on a small input; then its weights are drawn anew, so that the trusted
side can work out what a right layer with these weights gives. A function that makes a network is called, and the
network described. Errors of the student's code are part of the answer. Nothing of this counts as done by the notebook.
"""

from __future__ import annotations

import re
import signal
import time
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import graph, stacking
from .config import ProbeRequest
from .drawing.figures import FigureRecorder
from .events import EventLog
from .models import ModelRegistry
from .subjects import arguments_for, find
from .taps import tapped

__all__ = ["Probes"]

_SECONDS = 90.0
"""For all probes together, on a busy machine; a network of a hundred layers takes three on an idle one."""
_MAX_VALUES = 20_000
"""Weights and outputs with more numbers than this are told by their shapes only."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_POSITIVE = ("gamma", "moving_variance")
"""Weights that are a scale or a variance."""


class _TimeUpError(BaseException):
    """The time for all probes is up; no `Exception`, so that the student's code does not catch it by chance."""


class Probes:
    """Asks the questions of an assignment, one event each."""

    def __init__(
        self,
        log: EventLog,
        registry: ModelRegistry,
        figures: FigureRecorder,
        requests: Sequence[ProbeRequest],
        seed: int,
    ) -> None:
        self._log = log
        self._registry = registry
        self._figures = figures
        self._requests = requests
        self._seed = seed

    def run(self, namespace: Mapping[str, Any]) -> None:
        """Put every question to what the notebook has left behind."""
        end = time.monotonic() + _SECONDS
        for request in self._requests:
            subject = find(namespace, request.kind, request.pattern, request.arguments)
            answer: dict[str, Any] = {"arguments": request.arguments, "input_shape": request.shape}
            answer["subject"] = getattr(subject, "__name__", "")
            if subject is not None:
                with self._unheard():
                    try:
                        with _interrupted_after(end - time.monotonic()):
                            self._ask(request, subject, answer)
                    except BaseException as error:
                        # Whatever the student's code raises, `SystemExit` included, is its answer.
                        answer |= {"error": _told(error), "timed_out": isinstance(error, _TimeUpError)}
            self._log.emit("probe", name=request.name, **answer)

    def _ask(self, request: ProbeRequest, subject: Any, answer: dict[str, Any]) -> None:
        if request.kind == "layer":
            self._ask_layer(_called(subject, request.arguments, answer), request, answer)
            return
        try:
            self._describe_model(_called(subject, request.arguments, answer), request, answer)
        except Exception:
            with suppress(Exception), stacking.left_unbuilt():
                # Which layers it stacks shows even where one of them cannot be called.
                answer["nodes"] = graph.unbuilt(_called(subject, request.arguments, {}).layers)
            raise

    def _ask_layer(self, layer: Any, request: ProbeRequest, answer: dict[str, Any]) -> None:
        """Fills `answer` step by step, so that an error leaves what came before it."""
        random = np.random.RandomState(zlib.crc32(f"{self._seed}/{request.name}".encode()))
        images = random.uniform(-1, 1, (1, *request.shape)).astype("float32")
        output = self._first_call(layer, images, answer)
        answer["shape"] = output.shape[1:]
        answer["parameters"] = int(sum(weight.shape.num_elements() for weight in layer.weights))
        weights = [_redrawn(weight, random) for weight in layer.weights]
        small = output.size + sum(values.size for values in weights) <= _MAX_VALUES
        answer["weights"] = [
            {"name": weight.name, "shape": values.shape, "values": _numbers(values) if small else None}
            for weight, values in zip(layer.weights, weights, strict=True)
        ]
        outputs = [np.asarray(_output(layer, images)) for _ in range(2)]
        answer["drift"] = float(np.abs(outputs[0] - outputs[1]).max())
        if small:
            answer |= {"inputs": _numbers(images), "outputs": _numbers(outputs[0])}

    @staticmethod
    def _first_call(layer: Any, images: NDArray[np.float32], answer: dict[str, Any]) -> NDArray[Any]:
        """Call the layer, which builds it, and tell its graph: as far as it comes where it ends in an error."""
        tap = graph.CallTap()
        try:
            with tapped(tap):
                output = np.asarray(_output(layer, images))
        except BaseException:
            answer["nodes"] = graph.attempted(tap, layer)
            raise
        try:
            answer["nodes"] = graph.trace(layer, images.shape, "float32", tapped)
        except Exception:  # such as layers that are made in `call`: not even their weights can be made symbolically
            answer["nodes"] = graph.attempted(tap, layer)
        return output

    def _describe_model(self, model: Any, request: ProbeRequest, answer: dict[str, Any]) -> None:
        import keras

        if isinstance(model, (list, tuple)):  # the network, and something beside it
            model = next((one for one in model if isinstance(one, keras.Model)), model)
        if not isinstance(model, keras.Model):
            raise TypeError(f"a model was expected, {type(model).__name__} was returned")
        if isinstance(model, keras.Sequential) and not model.layers:
            return  # a blank that was left blank
        shape = next(tuple(value) for value in request.arguments.values() if isinstance(value, (list, tuple)))
        if not model.built:
            model.build((None, *shape))
        self._registry.saw_input(model, (1, *shape), "float32")
        answer |= {"nodes": self._registry.nodes(model), "parameters": model.count_params()}
        answer["shape"] = answer["nodes"][-1]["shape"]

    @contextmanager
    def _unheard(self) -> Iterator[None]:
        """Nothing that the student's code prints, draws, trains or warns of in here is recorded."""
        from IPython.utils.capture import capture_output

        self._log.muted = True
        try:
            with capture_output(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            with suppress(Exception):
                self._figures.flush()
            self._log.muted = False


def _told(error: BaseException) -> str:
    """An error in one line: Keras wraps what went wrong into where it did."""
    lines = [line.strip() for line in _COLOUR.sub("", str(error)).split("\n") if line.strip()]
    said = [line for line in lines if not line.startswith("Exception encountered when calling")]
    return f"{type(error).__name__}: {(said or lines or [''])[0]}"[:2000]


def _called(subject: Any, arguments: Mapping[str, Any], answer: dict[str, Any]) -> Any:
    """What the subject makes of the arguments; of several ways to hand them on, the first that it takes."""
    # A list in the settings is a shape.
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in arguments.items()}
    error: TypeError | None = None
    for way in arguments_for(subject, given):
        answer["left_out"] = way.left_out
        try:
            return subject(*way.args, **way.kwargs)
        except TypeError as wrong:  # perhaps they are meant otherwise
            error = error or wrong
    raise error or TypeError(f"{subject.__name__} does not take {', '.join(given)}")


def _output(layer: Any, images: NDArray[np.float32]) -> Any:
    import tensorflow as tf

    tensor = tf.constant(images)
    try:
        return layer(tensor)
    except TypeError as error:
        try:  # a `call` that must be told whether it is training
            return layer(tensor, training=False)
        except TypeError:
            raise error from None


def _redrawn(weight: Any, random: np.random.RandomState) -> NDArray[np.float32]:
    """New values for a weight, all different, small enough that relu cuts some outputs off and leaves others."""
    low, high = (0.5, 1.5) if weight.name in _POSITIVE else (-0.5, 0.5)
    values: NDArray[np.float32] = random.uniform(low, high, tuple(weight.shape)).astype("float32")
    weight.assign(values)
    return values


def _numbers(values: NDArray[np.float32]) -> list[float]:
    return [float(f"{value:.8g}") for value in values.reshape(-1)]


@contextmanager
def _interrupted_after(seconds: float) -> Iterator[None]:
    """Raise `_TimeUpError` in here after so many seconds; works in the main thread, where the kernel runs cells."""

    def interrupt(*_: Any) -> None:
        raise _TimeUpError("it took too long")

    if seconds <= 0:
        interrupt()
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
