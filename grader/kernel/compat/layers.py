"""Layers: the keywords of Keras 1 and 2 that Keras 3 no longer takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from .calls import Arguments, Remark, Translation, drop_keywords, rename_keywords, translate_calls
from .modules import under_both_roots

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["install"]

_KERNEL = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
_WINDOW = {"border_mode": "padding", "subsample": "strides", "dim_ordering": "data_format"}
_CONVOLUTION = {**_KERNEL, **_WINDOW, "nb_filter": "filters"}
_RENAMED: dict[str, Mapping[str, str]] = {
    "AveragePooling2D": _WINDOW,
    "BatchNormalization": {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"},
    "Conv2D": _CONVOLUTION,
    "Conv2DTranspose": _CONVOLUTION,
    "Dense": {**_KERNEL, "output_dim": "units"},
    "DepthwiseConv2D": _CONVOLUTION,
    "Dropout": {"p": "rate"},
    "Flatten": {"dim_ordering": "data_format"},
    "GaussianDropout": {"p": "rate"},
    "GaussianNoise": {"sigma": "stddev"},
    "GlobalAveragePooling2D": {"dim_ordering": "data_format"},
    "GlobalMaxPooling2D": {"dim_ordering": "data_format"},
    "MaxPooling2D": _WINDOW,
    "SeparableConv2D": _CONVOLUTION,
    "SpatialDropout2D": {"p": "rate", "dim_ordering": "data_format"},
    "UpSampling2D": {"dim_ordering": "data_format"},
    "ZeroPadding2D": {"dim_ordering": "data_format"},
}
_DATA_FORMATS = {"tf": "channels_last", "th": "channels_first", "default": None}
_KERAS_1 = frozenset(_CONVOLUTION)


def install(remark: Remark) -> None:
    """Let the layers of Keras, and classes made from them, take the old keywords."""
    for layer, names in _RENAMED.items():
        translate_calls(getattr(keras.layers, layer), "__init__", _constructor(layer, names, remark))
    _serve_convolution2d(remark)
    for regularizer in ("L1", "L2"):
        translate_calls(getattr(keras.regularizers, regularizer), "__init__", _penalty(regularizer, remark))


def _constructor(layer: str, names: Mapping[str, str], remark: Remark) -> Translation:
    def translation(_self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        if "kernel_initializer" in names.values():
            args = _kernel_size(args, kwargs, remark, keras_1=not _KERAS_1.isdisjoint(kwargs))
        rename_keywords(kwargs, names, remark)
        if kwargs.get("data_format") in _DATA_FORMATS:
            kwargs["data_format"] = _DATA_FORMATS[kwargs["data_format"]]
        if layer == "BatchNormalization":
            _forget_implementation(kwargs, remark)
        if layer == "AveragePooling2D" and not args and "pool_size" not in kwargs:
            kwargs["pool_size"] = 2
            remark(
                "default pool_size", "`AveragePooling2D()` needs its `pool_size=` today; the old default of 2 was used."
            )
        return args, kwargs

    return translation


def _kernel_size(args: tuple[Any, ...], kwargs: dict[str, Any], remark: Remark, *, keras_1: bool) -> tuple[Any, ...]:
    """Keras 1's ``(filters, rows, columns)`` as ``(filters, (rows, columns))``.

    In Keras 3 the third number is the stride, so three numbers mean rows and columns only in a call that is
    known to be `keras_1`.
    """
    if "nb_row" in kwargs and "nb_col" in kwargs:
        kwargs["kernel_size"] = kwargs.pop("nb_row"), kwargs.pop("nb_col")
    elif keras_1 and len(args) >= 3 and all(isinstance(size, int) for size in args[1:3]):
        args = args[0], (args[1], args[2]), *args[3:]
    else:
        return args
    size = kwargs.get("kernel_size") or args[1]
    remark("keras 1 kernel size", f"Rows and columns of a kernel are one argument today: `kernel_size={size}`.")
    return args


def _forget_implementation(kwargs: dict[str, Any], remark: Remark) -> None:
    """Drop what chose among implementations of one normalisation; mode 1 was another, and stays an error."""
    if kwargs.get("mode") in (0, 2):
        drop_keywords(kwargs, {"mode": "features are normalised as `mode=0` did"}, remark)
    drop_keywords(kwargs, {"fused": "TensorFlow picks the implementation"}, remark)


def _penalty(regularizer: str, remark: Remark) -> Translation:
    names = {"l": regularizer.lower()}

    def translation(_self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        rename_keywords(kwargs, names, remark)
        return args, kwargs

    return translation


def _serve_convolution2d(remark: Remark) -> None:
    """Read ``Convolution2D(32, 3, 3)`` as everyone who wrote it meant it.

    Keras 3 has the name for the class ``Conv2D``, where it would be a 3×3 kernel with a *stride* of 3. So the
    name is taken out of the modules and served: a class that makes ``Conv2D`` layers and is a base like it.
    """
    conv2d = keras.layers.Conv2D

    class AnyConv2D(type(conv2d)):  # type: ignore[misc]  # Keras has no types
        def __instancecheck__(cls, instance: Any) -> bool:
            return isinstance(instance, conv2d) if cls is convolution2d else super().__instancecheck__(instance)

        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            if cls is not convolution2d:
                return super().__call__(*args, **kwargs)
            return conv2d(*_kernel_size(args, kwargs, remark, keras_1=True), **kwargs)

    convolution2d = AnyConv2D("Convolution2D", (conv2d,), {"__doc__": conv2d.__doc__})
    for module in under_both_roots("layers").values():
        vars(module)["Convolution2D"] = convolution2d
