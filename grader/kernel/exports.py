"""Weights of models that were tried on test images, sent to the trusted side, which builds the models again.

Arrays only, by the names of layers in the canonical graph, with what the model gives for a few images: whoever builds
it again sees whether the outcome is the same. A model that cannot be told by its graph and weights is left to what it
predicts here, with the reason.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .events import EventLog
from .images.inputs import Given, as_array
from .models import ModelRegistry
from .preparation import state_kept
from .taps import tapped

__all__ = ["WeightExports"]

_MAX_BYTES = 64 * 2**20
"""Of the weights of one model."""
_IMAGES = 16
"""For which the outcome is sent along."""
_SPREAD = 0.1
"""Largest deviation of images from a map of the pixel values, in steps of these."""
_SAME = 1e-4
"""Largest difference between two passes of the same images that is none."""


class WeightExports:
    """Sends the weights of each state of a model once."""

    def __init__(self, log: EventLog, registry: ModelRegistry, train_size: int) -> None:
        """`train_size` is the index of the first test image among the served ones."""
        self._log = log
        self._registry = registry
        self._train_size = train_size
        self._sent: dict[tuple[int, int, int, bool], bool] = {}

    def send(self, model: Any, version: int, weights: int, given: Given) -> bool:
        """Send the weights of a model, in its state of that checksum, after it was given test images.

        Returns:
            Whether the trusted side has them.
        """
        uid = self._registry.uid(model)
        # Images that cannot be prepared there again are no reason to keep back what is sent for others.
        key = (uid, version, weights, _is_mapped(given))
        if key not in self._sent and version >= 0 and not self._log.muted:
            self._sent[key] = self._send(model, uid, version, weights, given)
        return self._sent.get(key, False)

    def _send(self, model: Any, uid: int, version: int, weights: int, given: Given) -> bool:
        try:
            rows, outputs = self._sample(model, given)
            layers = self._layers(model)
        except _NotTellingError as error:
            self._log.emit("unverified", model=uid, version=version, weights=weights, reason=str(error)[:500])
            return False
        sent = self._log.emit_bulk(
            "weights",
            model=uid,
            version=version,
            weights=weights,
            layers={name: [_encoded(array) for array in arrays] for name, arrays in layers.items()},
            rows=rows,
            outputs=_encoded(outputs),
        )
        if not sent:
            reason = "the run has sent as many weights as it may"
            self._log.emit("unverified", model=uid, version=version, weights=weights, reason=reason)
        return sent

    def _layers(self, model: Any) -> dict[str, list[NDArray[np.float32]]]:
        """The weights by layer, of the layers that the graph names."""
        nodes = self._registry.nodes(model)
        told = {node["layer"] for node in nodes}
        named = {node["layer"] for node in nodes if node["parameters"]}
        found: dict[str, Any] = {}
        for layer in model._flatten_layers(include_self=False):
            if layer.name in told and not getattr(layer, "layers", None):
                _refuse_own(layer)
            if layer.name not in named or not layer.weights or getattr(layer, "layers", None):
                continue
            if found.setdefault(layer.name, layer) is not layer:
                raise _NotTellingError(f"two layers are called «{layer.name}»")
        if len(found) < len(named):
            raise _NotTellingError("not all layers with weights are known to the model")
        size = sum(weight.shape.num_elements() for layer in found.values() for weight in layer.weights)
        if 4 * size > _MAX_BYTES:
            raise _NotTellingError(f"its {size} weights are more than are sent")
        return {name: [np.asarray(weight, dtype="<f4") for weight in layer.weights] for name, layer in found.items()}

    def _sample(self, model: Any, given: Given) -> tuple[list[int], NDArray[np.float32]]:
        """Some of the test images given, by number, and what the model gives for them."""
        array = as_array(given.x)
        if array is None or given.match is None:
            raise _NotTellingError("the images that it was given are not known")
        if not _is_mapped(given):
            raise _NotTellingError("its images are no linear map of the pixel values that were served")
        places = np.flatnonzero(given.match.indices >= self._train_size)[:_IMAGES]
        images = array[places]
        outputs, again = _passes(model, images)
        if outputs.ndim != 2 or not np.isfinite(outputs).all():
            raise _NotTellingError("it gives no numbers for classes")
        if np.abs(outputs - again).max(initial=0) > _SAME:
            raise _NotTellingError("it gives something else each time")
        return (given.match.indices[places] - self._train_size).tolist(), outputs.astype("<f4")


class _NotTellingError(Exception):
    """Graph and weights do not tell what the model computes; the message says why, as a clause."""


def _is_mapped(given: Given) -> bool:
    """Whether one scale and offset a channel make the images of the served ones."""
    match = given.match
    if match is None or match.scale is None or match.per_image:
        return False
    step = min(map(abs, match.scale))
    return bool(step > 0 and match.residual <= _SPREAD * step)


def _passes(model: Any, images: NDArray[Any]) -> list[NDArray[Any]]:
    """What the model gives in two passes of the same images, without a trace of them."""
    try:
        with state_kept(model), tapped(lambda layer, call, args, kwargs: call(layer, *args, **kwargs)):
            return [np.asarray(model(images, training=False)) for _ in range(2)]
    except Exception as error:  # a `call` of the student's own, which may take other arguments
        raise _NotTellingError(f"calling it ends with {type(error).__name__}") from error


def _refuse_own(layer: Any) -> None:
    """End here for a layer that computes by code of the student's own, or in another precision."""
    if not type(layer).__module__.startswith("keras."):
        raise _NotTellingError(f"the class of «{layer.name}» is the notebook's own")
    for part in ("activation", "function"):
        function = getattr(layer, part, None)
        if function is not None and not str(getattr(function, "__module__", "")).startswith(("keras.", "tensorflow.")):
            raise _NotTellingError(f"the {part} of «{layer.name}» is the notebook's own")
    if layer.dtype_policy.compute_dtype != "float32":
        raise _NotTellingError(f"«{layer.name}» computes in {layer.dtype_policy.compute_dtype}")


def _encoded(array: NDArray[np.float32]) -> dict[str, Any]:
    return {"shape": array.shape, "data": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")}
