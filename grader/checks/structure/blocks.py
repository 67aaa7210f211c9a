"""Questions about networks in blocks, such as VGG: convolutions, a pool, and again, then a classifier."""

from __future__ import annotations

from collections.abc import Sequence

from grader.checks.outcomes import fail, partial
from grader.models import Chain, Stage, differences, expected_chain
from reference.architecture import Layer

__all__ = [
    "blocks_of",
    "expect_added_block",
    "expect_blocks",
    "expect_classifier",
    "expect_kernels",
    "expect_pools",
    "expect_rest_unchanged",
]

Block = tuple[Stage, ...]


def blocks_of(chain: Chain) -> list[Block]:
    """The convolutions and pools before the classifier, cut after each pool."""
    found: list[list[Stage]] = [[]]
    for stage in chain.stages:
        if stage.op in ("flatten", "dense") or stage.op.startswith("global"):
            break
        found[-1].append(stage)
        if "pool" in stage.op:
            found.append([])
    return [tuple(block) for block in found if block]


def expect_blocks(found: Chain, layers: Sequence[Layer], cell: int) -> None:
    """As many blocks as in the table, each with as many convolutions and one pool at its end, in a chain."""
    if found.branched:
        fail("The layers do not form a chain: some layer is fed by something else than the one before it.", [cell])
    have, want = blocks_of(found), blocks_of(expected_chain(layers))
    right = sum(
        [_kind(stage) for stage in block] == [_kind(stage) for stage in wanted]
        for block, wanted in zip(have, want, strict=False)
    )
    share = right / max(len(have), len(want))
    if share < 1:
        partial(
            share,
            f"Found {_in_words(have)}. Expected {len(want)} blocks, each {_kinds(want[0])}.",
            [cell],
        )


def expect_kernels(found: Chain, layers: Sequence[Layer], cell: int) -> None:
    """Every convolution has the kernel of those in the table, and its stride."""
    expected = expected_chain(layers).of("conv2d")[0].config
    convolutions = [stage for stage in found.stages if "conv" in stage.op]
    wrong = [
        stage
        for stage in convolutions
        if stage.config.get("kernel") != expected["kernel"] or stage.config.get("strides") != expected["strides"]
    ]
    if wrong:
        partial(
            1 - len(wrong) / len(convolutions),
            f"{'; '.join(stage.describe() for stage in wrong)}: expected kernels of "
            f"{'×'.join(map(str, expected['kernel']))} with stride {expected['strides'][0]}.",
            [cell],
        )


def expect_pools(found: Chain, layers: Sequence[Layer], cell: int) -> None:
    """Every pool takes the maximum over squares of the size in the table, without overlap."""
    expected = expected_chain(layers).of("max_pool")[0].config
    pools = [stage for stage in found.stages if "pool" in stage.op and not stage.op.startswith("global")]
    if not pools:
        fail("The network has no pools.", [cell])
    wrong = [
        stage
        for stage in pools
        if stage.op != "max_pool" or any(stage.config.get(name) != expected[name] for name in ("pool", "strides"))
    ]
    if wrong:
        partial(
            1 - len(wrong) / len(pools),
            f"{'; '.join(stage.describe() for stage in wrong)}: expected max pools of "
            f"{'×'.join(map(str, expected['pool']))}, with steps of their size.",
            [cell],
        )


def expect_classifier(found: Chain, classes: int, cell: int, *, logits: bool) -> None:
    """After the blocks a flattening, then dense layers, the last with a probability for each class.

    `logits` says that the loss makes probabilities of the outputs itself.
    """
    tail = found.stages[sum(map(len, blocks_of(found))) :]
    last = tail[-1] if tail else None
    if last is None or last.op != "dense":
        fail("There is no dense layer at the end that could classify.", [cell])
    if last.config.get("units") != classes:
        fail(f"The last layer is {last.describe()}, expected {classes} outputs, one for each class.", [cell])
    functions = [name for name in last.activations if name != "linear"]
    if functions[-1:] != ["softmax"] and not (logits and not functions):
        partial(
            0.5,
            f"The last layer has {' and '.join(functions) or 'no activation'}; "
            "softmax makes its outputs probabilities that add up to 1.",
            [cell],
        )
    if tail[0].op == "dense":
        partial(
            0.5,
            "The dense layers come without a flattening before them: they work on each place of the map by itself.",
            [cell],
        )


def expect_added_block(original: Chain, changed: Chain, cell: int) -> None:
    """The changed network is the original with one more block at the end of its blocks, like those before it."""
    before, after = blocks_of(original), blocks_of(changed)
    if len(after) != len(before) + 1:
        fail(
            f"Found {_in_words(after)}. Expected one block more than the {len(before)} of the original network.",
            [cell],
        )
    added = after[-1]
    if [_kind(stage) for stage in added] != [_kind(stage) for stage in before[-1]]:
        partial(
            0.5,
            f"The added block is {_kinds(added)}, those of the original network are {_kinds(before[-1])}.",
            [cell],
        )


def expect_rest_unchanged(original: Chain, changed: Chain, cell: int) -> None:
    """But for the block added at the end of the blocks the changed network is the original one."""
    kept = len(blocks_of(original))
    body = [stage for block in blocks_of(changed)[:kept] for stage in block]
    tail = changed.stages[sum(map(len, blocks_of(changed))) :]
    # Padding may have to change, or nothing would be left of the map for a third block.
    found = differences(original, Chain((*body, *tail), 0, leading=changed.leading), ignoring={"padding"})
    if found:
        fail(f"Other things differ from the original network as well: {_listed(found)}.", [cell])


def _kind(stage: Stage) -> str:
    """What a block is made of: any convolution, any pool."""
    return "pool" if "pool" in stage.op else "convolution" if "conv" in stage.op else stage.op


def _kinds(block: Block) -> str:
    return " - ".join(_kind(stage) for stage in block)


def _in_words(blocks: Sequence[Block]) -> str:
    return " | ".join(map(_kinds, blocks)) or "no blocks"


def _listed(found: Sequence[str]) -> str:
    return "; ".join(found[:4]) + ("; …" if len(found) > 4 else "")
