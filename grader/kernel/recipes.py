"""How a model is trained, in enough detail for the same training to be done again elsewhere.

What cannot be said in plain settings, such as a loss that the notebook wrote itself, becomes an obstacle: a clause
that tells people why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .compiled import loss_of

__all__ = ["describe_recipe"]

_INITIALIZED = {
    "kernel": "GlorotUniform",
    "depthwise": "GlorotUniform",
    "pointwise": "GlorotUniform",
    "bias": "Zeros",
    "gamma": "Ones",
    "beta": "Zeros",
    "moving_mean": "Zeros",
    "moving_variance": "Ones",
}
"""Weights by the beginning of their attribute's name, with what Keras draws them from unless told otherwise."""
_ALWAYS = ("name", "dtype", "seed", "data_format")
"""Settings that say nothing of what is computed."""
_OWN_STEPS = ("train_step", "compute_loss", "fit", "make_train_function")
_DEEPEST, _LONGEST = 3, 100


def describe_recipe(model: Any, arguments: dict[str, Any], callbacks: Sequence[Any], weights: Any) -> dict[str, Any]:
    """What a training depends on beside the layer graph and the data.

    Args:
        model: compiled.
        arguments: of `fit`, by name.
        callbacks: given to `fit`, as a list.
        weights: of the samples, None where there are none.
    """
    obstacles = list(_obstacles(model, callbacks, weights))
    optimizer, loss = _setting(model.optimizer), _loss(model)
    if optimizer is None:
        obstacles.append("the optimizer is the notebook's own")
    if loss is None:
        obstacles.append("the loss is the notebook's own")
    layers: dict[str, Any] = {}
    for layer in model._flatten_layers(include_self=False):
        settings = dict(_unusual(layer))
        if settings:
            layers[layer.name] = {name: setting for name, setting in settings.items() if setting is not None}
        if None in settings.values():
            obstacles.append(f"«{layer.name}» begins with weights of the notebook's own")
    class_weight = arguments["class_weight"]
    return {
        "optimizer": optimizer,
        "loss": loss,
        "layers": layers,
        "callbacks": [setting for callback in callbacks if (setting := _callback(callback)) is not None],
        "class_weight": {str(int(k)): float(v) for k, v in class_weight.items()} if class_weight else None,
        "shuffle": bool(arguments["shuffle"]),
        "obstacles": list(dict.fromkeys(obstacles)),
    }


def _obstacles(model: Any, callbacks: Sequence[Any], weights: Any) -> Iterator[str]:
    if weights is not None:
        yield "its images have weights"
    if any(not _is_of_keras(getattr(type(model), name)) for name in _OWN_STEPS):
        yield "its training steps are the notebook's own"
    if getattr(model, "dtype_policy", None) is not None and model.dtype_policy.name != "float32":
        yield f"it computes in {model.dtype_policy.name}"
    for layer in model._flatten_layers(include_self=False):
        if not layer.trainable and layer.weights:
            yield f"«{layer.name}» does not learn"
        if any(getattr(layer, f"{part}_constraint", None) is not None for part in _INITIALIZED):
            yield f"the weights of «{layer.name}» are constrained"
        if getattr(layer, "activity_regularizer", None) is not None:
            yield f"what «{layer.name}» gives out is penalised"
    for callback in callbacks:
        if not _is_of_keras(type(callback)):
            yield f"the callback {type(callback).__name__} is the notebook's own"


def _unusual(layer: Any) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """What a layer's weights are drawn from where that is not Keras's default; None where it cannot be said.

    Of an augmentation layer, its settings.
    """
    for part, usual in _INITIALIZED.items():
        initializer = getattr(layer, f"{part}_initializer", None)
        if initializer is None or (type(initializer).__name__ == usual and _is_of_keras(type(initializer))):
            continue
        setting = _setting(initializer)
        drawn = setting is not None and not any(isinstance(value, (dict, list)) for value in setting["config"].values())
        yield part, setting if drawn else None
    if type(layer).__name__.startswith("Random") and _is_of_keras(type(layer)):
        yield "layer", _setting(layer)


def _callback(callback: Any) -> dict[str, Any] | None:
    """A callback of Keras with those of its attributes that are plain; None for one of the notebook's own."""
    if not _is_of_keras(type(callback)):
        return None
    attributes = {name: value for name, value in vars(callback).items() if not name.startswith("_")}
    return {"name": type(callback).__name__, "config": _plain_items(attributes)}


def _loss(model: Any) -> dict[str, Any] | None:
    import keras

    try:
        loss = keras.losses.get(loss_of(model))
    except Exception:  # Keras has rejected it in its own words already
        return None
    if isinstance(loss, keras.losses.Loss):
        return _setting(loss)
    if loss is None or not _is_of_keras(loss):
        return None
    return {"name": getattr(loss, "__name__", ""), "config": {}}


def _setting(thing: Any) -> dict[str, Any] | None:
    """An object of Keras by its class and plain arguments; None for one of another class, or with other arguments."""
    if thing is None or not _is_of_keras(type(thing)):
        return None
    try:
        config = {name: value for name, value in thing.get_config().items() if name not in _ALWAYS}
    except Exception:  # a schedule or function of the notebook's own in it
        return None
    plain = _plain_items(config)
    return {"name": type(thing).__name__, "config": plain} if len(plain) == len(config) else None


def _plain_items(config: dict[str, Any]) -> dict[str, Any]:
    found = {name: _plain(value, 0) for name, value in config.items() if name not in _ALWAYS}
    return {name: value for name, value in found.items() if value is not _NOTHING}


_NOTHING = object()


def _plain(value: Any, depth: int) -> Any:
    """A value as JSON has it; `_NOTHING` for what is none."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (list, tuple)) and depth < _DEEPEST and len(value) <= _LONGEST:
        items = [_plain(item, depth + 1) for item in value]
        return _NOTHING if _NOTHING in items else items
    if isinstance(value, dict) and depth < _DEEPEST:
        pairs = {str(name): _plain(item, depth + 1) for name, item in list(value.items())[:100]}
        return {name: item for name, item in pairs.items() if item is not _NOTHING}
    try:
        return float(value)
    except (TypeError, ValueError):
        return _NOTHING


def _is_of_keras(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).startswith(("keras.", "tensorflow.python."))
