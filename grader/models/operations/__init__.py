"""Operations of a layer graph whose arithmetic is known: their settings typed, and what follows from them.

What an operation gives out, how many weights it has and what it costs follow from its settings and from what it is
fed; nothing here looks at what a kernel reported. A setting that is not known here, such as axes in another order,
makes the whole operation an unknown one.
"""

from __future__ import annotations

from pydantic import ValidationError

from grader.evidence.values import Node
from grader.models.operations import plain, weighted
from grader.models.operations.base import Dims, Operation, Weight

__all__ = ["Dims", "Operation", "Weight", "operation_of"]

_KNOWN: dict[str, type[Operation]] = {
    "activation": plain.Activation,
    "add": plain.Add,
    "arithmetic": plain.Arithmetic,
    "average_pool": plain.Pool,
    "batch_norm": weighted.BatchNorm,
    "concatenate": plain.Concatenate,
    "conv1d": weighted.Convolution,
    "conv2d": weighted.Convolution,
    "conv3d": weighted.Convolution,
    "dense": weighted.Dense,
    "depthwise_conv2d": weighted.SpecialConvolution,
    "dropout": plain.Dropout,
    "flatten": plain.Flatten,
    "global_average_pool": plain.GlobalPool,
    "global_max_pool": plain.GlobalPool,
    "input": plain.Input,
    "max_pool": plain.Pool,
    "random": plain.Random,
    "rescaling": plain.Rescaling,
    "reshape": plain.Reshape,
    "resizing": plain.Resizing,
    "separable_conv2d": weighted.SpecialConvolution,
    "zero_padding": plain.ZeroPadding,
}


def operation_of(node: Node) -> Operation | None:
    """The operation of a node with its settings; None for one that is not known, or not with these settings."""
    kind = _KNOWN.get(node.op)
    try:
        return None if kind is None else kind.model_validate(node.config)
    except ValidationError:
        return None
