"""A network as a chain of stages: convolutions, pools and dense layers, each with what belongs to it.

An activation, dropout or batch normalisation is no stage but a property of the one before it, so that networks are
compared as people describe them, and a missing activation is a missing activation and no shifted chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.evidence.schema import ModelSnapshot
from grader.evidence.values import Node
from grader.models.arithmetic import worked_out
from reference import architecture

__all__ = ["Chain", "Stage", "chain_of", "expected_chain"]

_PREPROCESSING = ("rescaling", "normalization", "arithmetic", "resizing", "lambda", "random")
_FOLLOWERS = ("activation", "dropout", "batch_norm")
_ACTIVATIONS_LISTED = 4
_SIZES = {"conv2d": ("filters",), "dense": ("units",)}
_PAIRS = {"conv2d": ("kernel", "strides"), "max_pool": ("pool", "strides"), "average_pool": ("pool", "strides")}


@dataclass(frozen=True)
class Stage:
    """One convolution, pool, flatten or dense layer with what follows it.

    Attributes:
        op: canonical name (``conv2d``, ``max_pool``, ``flatten``, ``dense``; any other is kept as it is).
        config: its arguments in canonical terms; for an expected stage only those that are asked for.
        activations: functions applied after it, in order.
        dropouts: rates of the dropout layers after it.
        normalised: whether batch normalisation follows.
        sequence: all that follows it in order: functions by name, ``dropout``, ``batch_norm``.
        shape: of its output, without the batch axis; empty where unknown.
        parameters: of the layer itself.
        layer: name of the Keras layer.
    """

    op: str
    config: dict[str, Any] = field(default_factory=dict)
    activations: tuple[str, ...] = ()
    dropouts: tuple[float, ...] = ()
    normalised: bool = False
    sequence: tuple[str, ...] = ()
    shape: tuple[int | None, ...] = ()
    parameters: int = 0
    layer: str = ""

    @property
    def l2(self) -> float:
        """Factor of the L2 penalty on the kernel, 0 without one."""
        regularizer = self.config.get("kernel_regularizer")
        factor = regularizer.get("l2", 0.0) if isinstance(regularizer, dict) else 0.0
        return float(factor) if isinstance(factor, (int, float)) else 0.0

    @property
    def padding(self) -> str:
        """``valid`` or ``same``."""
        return str(self.config.get("padding", "valid"))

    def describe(self) -> str:
        """The stage in a few words, such as ``convolution 32 · 3×3, relu, dropout 0.5``."""
        return ", ".join([_describe(self.op, self.config), *self._extras()])

    def _extras(self) -> Iterable[str]:
        if self.padding == "same" and self.op == "conv2d":
            yield "same padding"
        if self.l2:
            yield f"L2 {self.l2:g}"
        if self.normalised:
            yield "batch normalisation"
        yield from self.activations[:_ACTIVATIONS_LISTED]
        for rate in self.dropouts:
            yield f"dropout {rate:g}"


@dataclass(frozen=True)
class Chain:
    """The stages of a network in order.

    `branched` says that the network is no plain chain; its stages are then listed in computation order.
    `leading` holds dropout that comes before the first stage.
    """

    stages: tuple[Stage, ...]
    parameters: int
    branched: bool = False
    leading: tuple[float, ...] = ()

    def of(self, *ops: str) -> list[Stage]:
        """The stages of some kinds, in order."""
        return [stage for stage in self.stages if stage.op in ops]


def chain_of(snapshot: ModelSnapshot) -> Chain:
    """The chain of a recorded model; its parameters are worked out from the layers, not taken from the record."""
    stages: list[Stage] = []
    leading: list[float] = []
    parameters = 0
    shapes: dict[int, tuple[int | None, ...]] = {}
    for node in worked_out(snapshot.nodes):
        shapes[node.id] = node.shape
        if node.op == "input" or _is_preparation(node, stages):
            continue
        if node.op in _FOLLOWERS:
            parameters += node.parameters
            if stages:
                place = _place_of(node, stages)
                stages[place] = _followed(stages[place], node)
            elif node.op == "dropout":
                leading.append(_rate(node))
            continue
        source = shapes.get(node.inputs[0], ()) if node.inputs else ()
        if _is_flatten(node, source):
            if len(source) > 1:  # flattening a vector leaves it as it is
                stages.append(Stage("flatten", {}, shape=node.shape, layer=node.layer))
            continue
        stages.append(_stage(node))
        parameters += stages[-1].parameters
    uses = [source for node in snapshot.nodes for source in node.inputs]
    branched = len(uses) != len(set(uses)) or any(len(node.inputs) > 1 for node in snapshot.nodes)
    return Chain(tuple(stages), parameters, branched, tuple(leading))


def expected_chain(layers: Sequence[architecture.Layer]) -> Chain:
    """The chain of a reference stack (with valid padding where it fits, else same)."""
    try:
        counts = architecture.parameters(layers)
    except ValueError:
        counts = architecture.parameters(layers, padding="same")
    stages: list[Stage] = []
    for layer, count in zip(layers, counts, strict=True):
        if isinstance(layer, (architecture.Dropout, architecture.BatchNorm, architecture.Activation)):
            stages[-1] = _expected_followed(stages[-1], layer)
        else:
            stages.append(_expected(layer, count))
    return Chain(tuple(stages), sum(counts))


def _expected_followed(
    stage: Stage, layer: architecture.Dropout | architecture.BatchNorm | architecture.Activation
) -> Stage:
    if isinstance(layer, architecture.Dropout):
        return replace(stage, dropouts=(*stage.dropouts, layer.rate), sequence=(*stage.sequence, "dropout"))
    if isinstance(layer, architecture.BatchNorm):
        return replace(stage, normalised=True, sequence=(*stage.sequence, "batch_norm"))
    function = layer.function
    return replace(stage, activations=(*stage.activations, function), sequence=(*stage.sequence, function))


def _expected(layer: architecture.Layer, parameters: int) -> Stage:
    if isinstance(layer, architecture.Conv):
        config: dict[str, Any] = {
            "filters": layer.filters,
            "kernel": [layer.kernel] * 2,
            "strides": [layer.stride] * 2,
        }
        if layer.padding is not None:
            config["padding"] = layer.padding
        functions = _functions(layer.activation)
        return Stage("conv2d", config, functions, sequence=functions, parameters=parameters)
    if isinstance(layer, architecture.Pool):
        return Stage("max_pool", {"pool": [layer.size] * 2, "strides": [layer.size] * 2})
    if isinstance(layer, architecture.Dense):
        config = {"units": layer.units}
        if layer.l2:
            config["kernel_regularizer"] = {"l1": 0.0, "l2": layer.l2}
        functions = _functions(layer.activation)
        return Stage("dense", config, functions, sequence=functions, parameters=parameters)
    return Stage("flatten")


def _functions(activation: str) -> tuple[str, ...]:
    return () if activation == "linear" else (activation,)


def _is_preparation(node: Node, stages: list[Stage]) -> bool:
    """Whether the node prepares images before the first stage, or changes no value."""
    if node.op in _PREPROCESSING:
        return not stages
    # A reshape that keeps images images, such as one to (32, 32, 3).
    return node.op == "reshape" and not stages and len(node.shape) > 1


def _is_flatten(node: Node, source: tuple[int | None, ...]) -> bool:
    return node.op in ("flatten", "reshape") and len(node.shape) == 1 and len(source) >= 1


def _place_of(node: Node, stages: list[Stage]) -> int:
    """Index of the stage that the node follows: what works value by value may stand before or after a flatten."""
    beyond = stages[-1].op == "flatten" and len(stages) > 1 and node.op != "batch_norm"
    return -2 if beyond else -1


def _followed(stage: Stage, node: Node) -> Stage:
    name = str(node.config.get("function")) if node.op == "activation" else node.op
    stage = replace(stage, sequence=(*stage.sequence, name))
    if node.op == "activation":
        return replace(stage, activations=(*stage.activations, name))
    if node.op == "dropout":
        return replace(stage, dropouts=(*stage.dropouts, _rate(node)))
    return replace(stage, normalised=True)


def _rate(node: Node) -> float:
    rate = node.config.get("rate")
    return float(rate) if isinstance(rate, (int, float)) else 0.0


def _stage(node: Node) -> Stage:
    if not _is_complete(node):  # made up, or of a layer that Keras itself would not build
        return Stage("other", {"class": node.cls}, shape=node.shape, parameters=node.parameters, layer=node.layer)
    return Stage(node.op, dict(node.config), shape=node.shape, parameters=node.parameters, layer=node.layer)


def _is_complete(node: Node) -> bool:
    """Whether a convolution, pool or dense layer has the sizes that make it one; any other layer needs none."""
    sizes = [node.config.get(name) for name in _SIZES.get(node.op, ())]
    for name in _PAIRS.get(node.op, ()):
        pair = node.config.get(name)
        sizes += pair if isinstance(pair, list) and len(pair) == 2 else [None]
    return all(isinstance(size, int) and size > 0 for size in sizes)


def _describe(op: str, config: dict[str, Any]) -> str:
    if op == "conv2d":
        stride = config.get("strides", [1, 1])
        words = f"convolution {config.get('filters')} · {_size(config.get('kernel'))}"
        return words if list(stride) == [1, 1] else f"{words}, stride {_size(stride)}"
    if op in ("max_pool", "average_pool"):
        pool, strides = config.get("pool"), config.get("strides")
        words = f"{op.split('_')[0]} pool {_size(pool)}"
        return words if pool == strides else f"{words}, stride {_size(strides)}"
    if op == "dense":
        return f"dense {config.get('units')}"
    if op == "other":
        return str(config.get("class", "other"))
    return op.replace("_", " ")


def _size(value: Any) -> str:
    return "×".join(str(item) for item in value) if isinstance(value, (list, tuple)) else str(value)
