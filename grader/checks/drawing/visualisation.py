"""Questions about figures that show what is inside a network: feature maps of its layers, and kernels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from grader.checks.outcomes import fail, not_attempted, partial
from grader.checks.submission import Submission
from grader.evidence.drawings import ImageDrawn, Origin
from grader.evidence.schema import ModelSnapshot
from grader.evidence.values import Node
from grader.models import Role

__all__ = ["expect_colour_kernels", "expect_feature_maps", "expect_kernels_by_channel", "expect_whole_range"]

_COLOURS = 3
_ALL_CHANNELS = -1
_LARGE = 40
"""A network of more convolutions is one that was loaded and not built in the exercises."""
_WORDS = {"conv2d": "convolution", "max_pool": "max pool", "average_pool": "average pool"}

Drawn = tuple[int, ImageDrawn]
"""An image and the position of its cell."""


def expect_feature_maps(submission: Submission, role: Role, kinds: Collection[str]) -> None:
    """Maps that each layer of these kinds gives out are shown, for one filter or more.

    The map after an activation that has a layer of its own is as good as that of the convolution before it.
    """
    nodes = _nodes(submission, role)
    wanted = _wanted(nodes, kinds)
    if not wanted:
        fail(f"{role.network.name} has no layers of the kind whose maps are asked for.", [role.position])
    drawn = [(cell, origin) for cell, origin in _origins(submission) if origin.kind == "features"]
    missing = [names for names in wanted if not any(_is_of(submission, origin, role, names) for _, origin in drawn)]
    if not missing:
        return
    if len(missing) == len(wanted):
        _fail_without_maps(submission, drawn, kinds, role.network.name)
    partial(
        1 - len(missing) / len(wanted),
        f"Feature maps of {len(wanted) - len(missing)} of {len(wanted)} layers are shown; "
        f"none of {', '.join(names[0] for names in missing)}.",
        sorted({cell for cell, _ in drawn}),
    )


def expect_kernels_by_channel(submission: Submission, roles: Sequence[Role]) -> None:
    """Every kernel of the first convolution of one of these networks is shown for each of the three colour channels."""
    shown = _first_kernels(submission, roles)
    if not shown:
        other = [(cell, origin) for cell, origin in _origins(submission) if origin.kind == "kernel"]
        other = [(cell, origin) for cell, origin in other if not _is_loaded(submission, origin)]
        if other:
            fail(
                f"The kernels shown are those of {other[0][1].layer}, expected those of the first convolution.",
                [cell for cell, _ in other],
            )
        _fail_for_unknown(submission, "kernels", "No figure shows kernels of the first convolution.")
    shares = []
    for cell, filters, parts in shown:
        pairs = {part for part in parts if part[1] != _ALL_CHANNELS}
        colours = {part[0] for part in parts if part[1] == _ALL_CHANNELS}
        shares.append((len(pairs) / (_COLOURS * filters), len(colours) / filters, len(pairs), filters, cell))
    share, colours_share, count, filters, cell = max(shares)
    if share == 1:
        return
    if colours_share > share:
        partial(
            0.6 * colours_share,
            "The kernels are shown with their three channels mixed into one colour image; expected an image for each "
            "channel, so that the weights can be read off.",
            [cell],
        )
    partial(
        share,
        f"{count} images of kernels are shown; the first convolution has {filters} filters with {_COLOURS} channels "
        f"each, which makes {filters}·{_COLOURS} = {_COLOURS * filters}.",
        [cell],
    )


def expect_colour_kernels(submission: Submission, count: int, side: int) -> None:
    """That many kernels of the first convolution of a large loaded network are shown, each as one colour image."""
    parts: dict[tuple[int, int], set[int]] = {}
    for cell, image, origin in _loaded_kernels(submission, side):
        del image
        for number, channel in origin.parts:
            parts.setdefault((cell, channel if channel == _ALL_CHANNELS else 0), set()).add(number)
    colours = max((len(found) for (_, channel), found in parts.items() if channel == _ALL_CHANNELS), default=0)
    cells = sorted({cell for cell, _ in parts})
    if colours >= count:
        return
    if colours:
        partial(colours / count, f"{colours} of the {count} kernels are shown as colour images.", cells)
    if parts:
        fail(
            "The kernels are shown one channel at a time, as images without colour; expected each kernel as one colour "
            "image, its three channels being red, green and blue.",
            cells,
        )
    _fail_for_unknown(
        submission, "ResNet50", f"No figure shows the {side}×{side} kernels of the first layer of ResNet50."
    )


def expect_whole_range(submission: Submission, side: int) -> None:
    """The colour images of those kernels lose no weight: all were brought into the range that is drawn."""
    found = [
        (cell, origin)
        for cell, _, origin in _loaded_kernels(submission, side)
        if any(channel == _ALL_CHANNELS for _, channel in origin.parts)
    ]
    if not found:
        not_attempted("No kernels are shown as colour images.")
    cut = [cell for cell, origin in found if origin.cut]
    if cut:
        fail(
            f"{len(cut)} of the kernel images were drawn with weights outside the range from 0 to 1: negative ones are "
            "cut off and look like 0. Expected weights brought into that range first.",
            cut,
        )


def _nodes(submission: Submission, role: Role) -> list[tuple[Node, ...]]:
    """The layers of every model that plays the role."""
    return [one.nodes for one in submission.evidence.of(ModelSnapshot) if one.model in role.models]


def _wanted(models: Sequence[tuple[Node, ...]], kinds: Collection[str]) -> list[list[str]]:
    """For each layer of these kinds the names of those whose output counts as its map, in all models of the role."""
    groups: list[list[str]] = []
    for nodes in models:
        place = -1
        for node in nodes:
            if node.op in kinds:
                place += 1
                groups += [[]] if place == len(groups) else []
                groups[place].append(node.layer)
            elif node.op in ("activation", "batch_norm") and place >= 0 and _follows(node, nodes, kinds):
                groups[place].append(node.layer)
    return groups


def _follows(node: Node, nodes: Sequence[Node], kinds: Collection[str]) -> bool:
    """Whether the layer that a following one belongs to is of these kinds."""
    known = {one.id: one for one in nodes}
    while node.op in ("activation", "batch_norm", "dropout") and node.inputs:
        node = known[node.inputs[0]]
    return node.op in kinds


def _is_of(submission: Submission, origin: Origin, role: Role, names: Collection[str]) -> bool:
    """Whether the layer is one of these names and was not built into a network that answers something else."""
    others = {number for other in submission.roles.values() for number in other.models}
    return origin.layer in names and (origin.model in role.models or origin.model not in others)


def _origins(submission: Submission) -> Iterable[tuple[int, Origin]]:
    for cell, image in _images(submission):
        for origin in image.origins:
            yield cell, origin


def _images(submission: Submission) -> Iterable[Drawn]:
    for cell, axes in submission.axes:
        for image in axes.images:
            yield cell, image


def _first_kernels(submission: Submission, roles: Sequence[Role]) -> list[tuple[int, int, set[tuple[int, int]]]]:
    """By cell and network the parts shown of the kernel of its first convolution, with its number of filters."""
    found: dict[tuple[int, str], tuple[int, set[tuple[int, int]]]] = {}
    for role in roles:
        filters = next((int(str(stage.config["filters"])) for stage in role.chain.of("conv2d")), 0)
        firsts = {next(n.layer for n in nodes if n.op == "conv2d") for nodes in _nodes(submission, role)}
        for cell, origin in _origins(submission):
            if origin.kind == "kernel" and filters and _is_of(submission, origin, role, firsts):
                found.setdefault((cell, role.network.name), (filters, set()))[1].update(origin.parts)
    return [(cell, filters, parts) for (cell, _), (filters, parts) in found.items()]


def _loaded_kernels(submission: Submission, side: int) -> Iterable[tuple[int, ImageDrawn, Origin]]:
    for cell, image in _images(submission):
        for origin in image.origins:
            if origin.kind == "kernel" and _is_loaded(submission, origin) and _is_first(submission, origin, side):
                yield cell, image, origin


def _is_loaded(submission: Submission, origin: Origin) -> bool:
    """Whether the layer is one of a large network; of one that is gone, whether it is called as in these."""
    model = _model(submission, origin)
    if model is None:
        return origin.layer.startswith("conv1")
    return sum(node.op == "conv2d" for node in model.nodes) > _LARGE


def _is_first(submission: Submission, origin: Origin, side: int) -> bool:
    model = _model(submission, origin)
    if model is None:
        return True
    first = next(node for node in model.nodes if node.op == "conv2d")
    return origin.layer == first.layer and first.config.get("kernel") == [side, side]


def _model(submission: Submission, origin: Origin) -> ModelSnapshot | None:
    found = [one for one in submission.evidence.of(ModelSnapshot) if one.model == origin.model]
    return found[-1] if found else None


def _fail_without_maps(
    submission: Submission, drawn: Sequence[tuple[int, Origin]], kinds: Collection[str], network: str
) -> None:
    words = " and ".join(f"{_WORDS[kind]}s" for kind in kinds if kind in _WORDS)
    if drawn:
        fail(f"Feature maps are shown, but none of the {words} of {network}.", sorted({cell for cell, _ in drawn}))
    layers: dict[int, set[str]] = {}
    for cell, origin in _origins(submission):
        if origin.kind == "kernel":
            layers.setdefault(cell, set()).add(origin.layer)
    # Kernels of the first layer alone are the answer to another question.
    kernels = [cell for cell, names in layers.items() if len(names) > 1]
    if kernels:
        fail(
            f"No feature maps of the {words} are shown; what is shown are kernels, which are weights: a feature map is "
            "what a layer makes of an image.",
            kernels,
        )
    _fail_for_unknown(submission, "maps", f"No figure shows feature maps of the {words}.")


def _fail_for_unknown(submission: Submission, what: str, message: str) -> None:
    """End the check: failed where images were drawn that are nothing known, not attempted where there are none."""
    unknown = sorted({cell for cell, image in _images(submission) if not image.images and not image.origins})
    if unknown:
        fail(f"{message} What the other images show was recognised neither as {what} nor as anything else.", unknown)
    not_attempted(message)
