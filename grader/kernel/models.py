"""The models of a run: an identity for each, and snapshots of its canonical layer graph as it changes."""

from __future__ import annotations

import functools
import inspect
import json
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from . import graph
from .events import EventLog
from .taps import tapped

__all__ = ["ModelRegistry"]


class ModelRegistry:
    """Knows every model from its construction on and emits a ``model`` event for each new state of its graph."""

    def __init__(self, log: EventLog, on_new: Callable[[], None]) -> None:
        """`on_new` is called whenever the notebook makes a model."""
        self._log = log
        self._on_new = on_new
        self._alive: dict[int, weakref.ref[Any]] = {}
        self._fresh: list[Any] = []
        self._versions: dict[int, tuple[int, str]] = {}
        self._shapes: dict[int, tuple[tuple[int | None, ...], str]] = {}
        self._traced: dict[int, tuple[Any, list[dict[str, Any]]]] = {}
        """By number of a model, the layers that it had when it was traced, and what was found."""
        self._next = 0
        self._making_twins = 0
        """Depth of methods of `Sequential` that make a functional twin of the model: at each `add` a new one."""

    def install(self) -> None:
        """Notice the construction of models of every kind."""
        import keras
        from keras.src.models.functional import Functional

        for cls in (keras.Model, keras.Sequential, Functional):
            self._watch(cls)
        for method in ("__init__", "add", "build"):
            self._watch_twins(keras.Sequential, method)

    def _watch_twins(self, sequential: Any, method: str) -> None:
        original, registry = getattr(sequential, method), self

        @functools.wraps(original)
        def making(self: Any, *args: Any, **kwargs: Any) -> None:
            registry._making_twins += 1
            try:
                original(self, *args, **kwargs)
            finally:
                registry._making_twins -= 1

        setattr(sequential, method, making)

    def _watch(self, cls: Any) -> None:
        original, registry = cls.__init__, self

        @functools.wraps(original)
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            try:
                original(self, *args, **kwargs)
            except Exception as error:
                registry._failed(error, args, kwargs)
                raise
            twin = registry._making_twins and type(self).__name__ == "Functional"
            if registry._log.cell >= 0 and not twin:
                registry.uid(self)

        # Keras reads the signature in two ways of which one looks through wrappers and the other does not.
        init.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
        cls.__init__ = init

    def uid(self, model: Any) -> int:
        """The number of a model in this run, given at first sight. Kept alive until the cell ends."""
        uid = vars(model).get("_grader_uid")
        if uid is None or uid not in self._alive or self._alive[uid]() is not model:
            uid = self._next
            self._next += 1
            object.__setattr__(model, "_grader_uid", uid)
            self._alive[uid] = weakref.ref(model)
            self._fresh.append(model)
            self._on_new()
        return int(uid)

    def saw_input(self, model: Any, shape: tuple[int, ...], dtype: str) -> None:
        """Remember what a model was called with: a subclassed model can only be traced for a known input."""
        self._shapes[self.uid(model)] = ((None, *shape[1:]), dtype)

    def living(self) -> Iterator[tuple[int, Any]]:
        """The models that are alive, each with its number, in order of their construction."""
        for uid, ref in list(self._alive.items()):
            model = ref()
            if model is not None:
                yield uid, model

    def snapshot(self, model: Any) -> tuple[int, int]:
        """Record the graph of the model if it is new; return the model's number and the version of its graph.

        The version is -1 as long as the model is not built.
        """
        uid = self.uid(model)
        version, digest = self._versions.get(uid, (-1, ""))
        try:
            nodes = self.nodes(model)
        except graph.GraphTooLargeError:
            self._log.emit("model_unreadable", model=uid, reason="the model has too many layers")
            return uid, version
        except Exception as error:
            if model.built and uid in self._shapes:  # one that is only a layer of another is read with that one
                self._log.emit("model_unreadable", model=uid, reason=f"{type(error).__name__}: {error}"[:300])
            return uid, version
        new_digest = json.dumps([[node["op"], node["inputs"], node["config"], node["shape"]] for node in nodes])
        if new_digest != digest:
            version += 1
            self._versions[uid] = (version, new_digest)
            self._log.emit(
                "model",
                model=uid,
                version=version,
                name=model.name,
                cls=type(model).__name__,
                nodes=nodes,
                parameters=model.count_params(),
                trainable=sum(int(weight.shape.num_elements()) for weight in model.trainable_weights),
            )
        return uid, version

    def end_cell(self) -> None:
        """Record every living model that changed, and let go of those that only the cell knew."""
        self._fresh.clear()
        alive = [model for model in (ref() for ref in self._alive.values()) if model is not None]
        inner = {id(getattr(model, "_functional", None)) for model in alive}
        for model in alive:
            # A Sequential keeps a functional twin of itself, which is no model of the student's.
            if id(model) not in inner and model.built:
                self.snapshot(model)

    def finish(self) -> None:
        """Build for CIFAR-10 images what is still unbuilt, so that a network that was never used is seen, too."""
        for ref in list(self._alive.values()):
            model = ref()
            if model is not None and not model.built and type(model).__name__ == "Sequential":
                # A network that cannot take CIFAR-10 images stays unseen.
                with suppress(Exception):
                    model.build((None, 32, 32, 3))
                    self.snapshot(model)

    def _failed(self, error: Exception, args: Any, kwargs: Any) -> None:
        """Record a model that could not be built, with its layers where they were given as a list."""
        layers = kwargs.get("layers", args[0] if args else None)
        text = f"{type(error).__name__}: {error}".split("\n")[0][:2000]
        nodes = graph.unbuilt(layers) if isinstance(layers, (list, tuple)) else []
        self._log.emit("model_failed", error=text, nodes=nodes)

    def nodes(self, model: Any) -> list[dict[str, Any]]:
        """The canonical nodes of a built model, not recorded."""
        try:
            return graph.walk(model)
        except graph.NotReadableError:
            if not model.built:
                raise
            return self._trace(model)

    def _trace(self, model: Any) -> list[dict[str, Any]]:
        """Trace a model, unless it has the layers and the input that it had last time: a training loop calls often."""
        shape, dtype = self._input_of(model)
        state = (shape, dtype, [(id(layer), layer.built) for layer in model._flatten_layers()])
        uid = self.uid(model)
        if uid not in self._traced or self._traced[uid][0] != state:
            nodes = graph.trace(model, shape, dtype, tapped)
            state = (shape, dtype, [(id(layer), layer.built) for layer in model._flatten_layers()])
            self._traced[uid] = (state, nodes)
        return self._traced[uid][1]

    def _input_of(self, model: Any) -> tuple[tuple[int | None, ...], str]:
        functional = graph.as_functional(model)
        if functional is not None:
            return tuple(functional.inputs[0].shape), functional.inputs[0].dtype
        return self._shapes.get(self.uid(model), ((None, 32, 32, 3), "float32"))
