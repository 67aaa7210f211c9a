"""GoogLeNet as a chain, recorded and expected: the latter built of the student's own inception modules.

What is wrong with those is paid for where they are defined, and not again wherever they are used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, replace

from grader.evidence.schema import ModelSnapshot
from grader.evidence.values import ProbeWeight
from grader.models.blocks import BLOCK, blocks, chain_of_blocks
from grader.models.modules import ModuleAnswer
from grader.models.stages import Chain, Stage
from reference import googlenet, inception

__all__ = ["chain_of_network", "expected_chain", "expected_parameters", "normalised_stages", "own_parameters"]


def chain_of_network(snapshot: ModelSnapshot) -> Chain:
    """The chain of a network with its blocks; a pool over the whole map at its end is a global one."""
    chain = chain_of_blocks(snapshot)
    stages: list[Stage] = []
    for stage in chain.stages:
        if stage.op == "average_pool" and stage.shape[:2] == (1, 1):
            stages.append(replace(stage, op="global_average_pool"))
        elif not (stage.op == "flatten" and stages and stages[-1].op == "global_average_pool"):
            stages.append(stage)
    return replace(chain, stages=tuple(stages))


def normalised_stages(chain: Chain) -> list[Stage]:
    """The stages with batch normalisation after them, or inside."""
    return [stage for stage in chain.stages if stage.normalised or stage.config.get("normalised")]


def expected_chain(module: ModuleAnswer | None = None, classes: int = googlenet.CLASSES) -> Chain:
    """The chain of GoogLeNet, built of the student's own module where there is one."""
    stages: list[Stage] = []
    for layer in googlenet.GOOGLENET:
        if isinstance(layer, googlenet.Convolution):
            config = {"filters": layer.filters, "kernel": [layer.kernel] * 2, "strides": [layer.stride] * 2}
            stages.append(Stage("conv2d", config, ("relu",)))
        elif isinstance(layer, googlenet.Pool):
            config = {"pool": [layer.size] * 2, "strides": [layer.stride] * 2, "padding": "same"}
            stages.append(Stage("max_pool", config))
        elif isinstance(layer, googlenet.Module):
            stages.append(Stage(BLOCK, {"convolutions": _convolutions(layer.widths, module), "module": layer.name}))
    stages += [Stage("global_average_pool"), Stage("dense", {"units": classes}, ("softmax",))]
    return Chain(tuple(stages), googlenet.parameters(batch_norm=False, classes=classes))


def _convolutions(widths: inception.Widths, module: ModuleAnswer | None) -> list[list[int]]:
    """Filters and sides of the kernel of each convolution that reaches the output of a module."""
    # What is known of a module that cannot be called ends where its error is.
    own = blocks(module.probe.nodes) if module is not None and module.probe.error is None else []
    convolutions = [one for block in own for one in block.convolutions]
    if module is not None and convolutions:
        names = {getattr(module.widths, name): name for name in vars(widths)}
        if all(one.filters in names for one in convolutions):
            return sorted([getattr(widths, names[one.filters]), *one.kernel] for one in convolutions)
    return sorted(
        [getattr(widths, name), side, side] for branch in inception.BRANCHES.values() for name, side in branch
    )


def own_parameters(module: ModuleAnswer, widths: inception.Widths, channels: int) -> set[int]:
    """Parameters of the student's module with these widths on so many channels; empty where they do not follow.

    Two counts where convolutions do not reach the output: a functional model forgets them, a layer keeps them.
    """
    reaching = {node.config.get("filters") for node in module.probe.nodes if node.op == "conv2d"}
    reached = [w for w in module.probe.weights if w.shape[-1] in reaching or w.name not in ("kernel", "bias")]
    counts = (_count(module, weights, widths, channels) for weights in (module.probe.weights, reached))
    return {count for count in counts if count}


def _count(module: ModuleAnswer, weights: Iterable[ProbeWeight], widths: inception.Widths, channels: int) -> int | None:
    """Numbers in these weights of the module for other widths and channels.

    Each side of a weight of the probed module is a width or the channels of its input or output, all different.
    """
    sizes = dict(zip(astuple(module.widths), astuple(widths), strict=True))
    sizes |= {module.channels: channels, module.widths.channels: widths.channels}
    total = 0
    for weight in weights:
        *kernel, last = weight.shape or (0,)
        if len(kernel) == 3:  # rows and columns of the kernel, then its inputs
            rows, columns, inputs = (side or 0 for side in kernel)
            if inputs not in sizes or last not in sizes:
                return None
            total += rows * columns * sizes[inputs] * sizes[last or 0]
        elif not kernel and last in sizes:
            total += sizes[last or 0]
        else:
            return None
    return total


def expected_parameters(module: ModuleAnswer | None, *, batch_norm: bool) -> set[int]:
    """Parameters of GoogLeNet built of the student's own modules; empty where those do not follow from the probe."""
    total = googlenet.parameters(batch_norm=batch_norm)
    if module is None:
        return {total}
    totals = [total, total]
    for layer, channels in googlenet.inputs():
        if isinstance(layer, googlenet.Module):
            own = own_parameters(module, layer.widths, channels)
            if not own:
                return set()
            reference = inception.parameters(layer.widths, channels, batch_norm=batch_norm)
            totals = [totals[0] + max(own) - reference, totals[1] + min(own) - reference]
    return set(totals)
