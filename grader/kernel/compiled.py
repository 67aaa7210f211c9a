"""What a model was compiled with, in one normal form for strings, objects and functions."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

__all__ = ["describe_compile", "loss_of"]

_PROBE = np.array([[0.05, 0.1, 0.02, 0.4, 0.03, 0.1, 0.05, 0.05, 0.1, 0.1]], dtype="float32")
"""One probability vector over ten classes; the loss of it tells which loss a function computes."""
_PROBE_LABEL = 3


def describe_compile(model: Any) -> dict[str, Any]:
    """Optimizer, loss and metrics of a compiled model."""
    arguments = getattr(model, "_compile_config", None)
    config = dict(arguments.config) if arguments is not None else {}
    return {
        "optimizer": _optimizer(model.optimizer),
        "loss": _loss(loss_of(model)),
        "metrics": [_metric(metric) for metric in _flat(config.get("metrics"))],
        "weighted_metrics": [_metric(metric) for metric in _flat(config.get("weighted_metrics"))],
        "plain_accuracy": any(metric in ("accuracy", "acc") for metric in _words(config.get("metrics"))),
    }


def _optimizer(optimizer: Any) -> dict[str, Any] | None:
    if optimizer is None:
        return None
    description: dict[str, Any] = {"name": type(optimizer).__name__.lower()}
    try:
        description["learning_rate"] = float(np.asarray(optimizer.learning_rate))
    except (TypeError, ValueError):  # a schedule that needs a step
        description["learning_rate"] = None
    return description


def loss_of(model: Any) -> Any:
    """The loss that a model was compiled with, as it was given: alone, though it may have stood in a list."""
    arguments = getattr(model, "_compile_config", None)
    config = dict(arguments.config) if arguments is not None else {}
    loss = config.get("loss", getattr(model, "loss", None))
    if isinstance(loss, (list, tuple)) and len(loss) == 1:
        return loss[0]
    if isinstance(loss, dict) and len(loss) == 1:
        return next(iter(loss.values()))
    return loss


def _loss(loss: Any) -> dict[str, Any]:
    import keras

    description: dict[str, Any] = {"name": _name(loss), "from_logits": False}
    try:
        function = keras.losses.get(loss)
    except Exception:  # Keras has rejected it in its own words already
        return description
    if isinstance(function, keras.losses.Loss):
        description["name"] = _snake(type(function).__name__)
        try:
            description["from_logits"] = bool(function.get_config().get("from_logits", False))
        except Exception:  # a loss of the student's own without a usable config
            description["own"] = True
    labels = {"sparse": np.array([[_PROBE_LABEL]]), "one_hot": np.eye(10, dtype="float32")[[_PROBE_LABEL]]}
    description["probe"] = {kind: _evaluate(function, label) for kind, label in labels.items()}
    return description


def _evaluate(function: Any, labels: Any) -> float | None:
    try:
        return float(np.mean(np.asarray(function(labels, _PROBE))))
    except Exception:  # a loss that does not take labels of this kind
        return None


def _metric(metric: Any) -> str:
    return _name(metric)


def _name(value: Any) -> str:
    if isinstance(value, str):
        return _snake(value)
    name = getattr(value, "__name__", None)
    return _snake(name if name is not None else type(value).__name__)


def _snake(name: str) -> str:
    if name.isupper():
        return name.lower()
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _words(value: Any) -> list[str]:
    return [item for item in _flat(value) if isinstance(item, str)]


def _flat(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, dict):
        return [item for part in value.values() for item in _flat(part)]
    if isinstance(value, (list, tuple)):
        return [item for part in value for item in _flat(part)]
    return [value]
