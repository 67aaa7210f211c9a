"""Questions about a small residual network: its first layers, its blocks without pools, its sums, its last pool."""

from __future__ import annotations

from grader.checks.outcomes import fail, partial
from grader.evidence.values import Node
from grader.models import Role
from grader.models.residual import ResidualBlock, residual_blocks

__all__ = [
    "expect_activation_after_sum",
    "expect_final_pool",
    "expect_first_layers",
    "expect_no_pools_in_blocks",
    "expect_shortcuts",
]

_POOLS = ("max_pool", "average_pool", "global_max_pool", "global_average_pool")


def expect_first_layers(role: Role, kernel: int, pool: int) -> None:
    """First a convolution with that kernel, batch normalisation, an activation, a max pool; a share for each."""
    stages = role.chain.stages
    first = stages[0] if stages else None
    faults = []
    if first is None or first.op != "conv2d" or first.config.get("kernel") != [kernel, kernel]:
        faults.append(
            f"the first layer is {first.describe() if first else 'missing'}, expected a {kernel}×{kernel} convolution"
        )
    sequence = list(first.sequence) if first else []
    functions = [name for name in sequence if name not in ("batch_norm", "dropout")]
    if "batch_norm" not in sequence:
        faults.append("no batch normalisation follows the first convolution")
    elif functions and sequence.index("batch_norm") > sequence.index(functions[0]):
        faults.append("batch normalisation follows the first activation, expected before it")
    if not functions:
        faults.append("no activation follows the first convolution")
    second = stages[1] if len(stages) > 1 else None
    if second is None or second.op != "max_pool" or second.config.get("pool") != [pool, pool]:
        faults.append(
            f"a max pool of {pool}×{pool} is expected next, found {second.describe() if second else 'nothing'}"
        )
    if faults:
        text = "; ".join(faults)
        partial(max(0.0, 1 - len(faults) / 4), f"{text[0].upper()}{text[1:]}.", [role.position])


def expect_no_pools_in_blocks(role: Role) -> None:
    """Between the first pool and the last sum nothing is pooled."""
    nodes = role.snapshot.nodes
    sums = [place for place, node in enumerate(nodes) if node.op == "add"]
    pools = [place for place, node in enumerate(nodes) if node.op in _POOLS]
    convolutions = [place for place, node in enumerate(nodes) if node.op == "conv2d"]
    if len(convolutions) < 2:
        fail("There are no blocks after the first convolution.", [role.position])
    end = max(sums, default=convolutions[-1])
    inside = [nodes[place] for place in pools if convolutions[1] < place < end]
    if inside:
        fail(
            f"{len(inside)} {'pool is' if len(inside) == 1 else 'pools are'} left between the blocks; "
            "expected none, so that input and output of a block have one size and can be added.",
            [role.position],
        )


def expect_shortcuts(role: Role, blocks: int, convolutions: int) -> None:
    """That many blocks or more add their input to what comes out of their convolutions."""
    found = residual_blocks(role.snapshot)
    if not found:
        if any(node.op in ("concatenate", "multiply") for node in role.snapshot.nodes):
            fail(
                "Branches are joined, but not by a sum; expected the input of a block added to its output.",
                [role.position],
            )
        fail("Nothing is added: expected the input of each block added to its output.", [role.position])
    faults = [fault for block in found if (fault := _fault(block, convolutions))]
    right = len(found) - len(faults)
    if right >= blocks and not faults:
        return
    if not faults:
        faults = [f"{len(found)} of {blocks} blocks have a shortcut."]
    partial(min(right, blocks) / max(blocks, len(found)), "\n".join(dict.fromkeys(faults)), [role.position])


def expect_activation_after_sum(role: Role) -> None:
    """The last activation of each block acts on the sum, and none between the last convolution and the sum."""
    found = residual_blocks(role.snapshot)
    if not found:
        fail("There is no sum that an activation could follow.", [role.position])
    shares, faults = [], []
    for number, block in enumerate(found, 1):
        before, after = _real(block.before), _real(block.after)
        shares.append((0.5 if before else 1.0) if after else 0.0)
        if not after:
            place = f"stands before it ({', '.join(before)})" if before else "is missing"
            faults.append(
                f"Block {number}: the activation after the sum {place}; the last activation of a block follows the sum."
            )
        elif before:
            faults.append(
                f"Block {number}: the last convolution has {', '.join(before)} before the sum already; "
                "expected the last activation after the sum only."
            )
    if faults:
        partial(sum(shares) / len(shares), "\n".join(faults), [role.position])


def expect_final_pool(role: Role, size: int) -> None:
    """Before the flattening stands an average pool of that size, or a global one."""
    nodes = role.snapshot.nodes
    pools = [node for node in nodes if node.op in _POOLS]
    last = pools[-1] if pools else None
    after_convolutions = last is not None and not any(node.op == "conv2d" for node in nodes[nodes.index(last) :])
    if last is None or not after_convolutions:
        fail("No average pool stands between the last block and the classifier.", [role.position])
    if last.op == "global_average_pool" or (last.op == "average_pool" and last.config.get("pool") == [size, size]):
        return
    fail(f"Before the classifier stands {_pool(last)}, expected an average pool of {size}×{size}.", [role.position])


def _fault(block: ResidualBlock, convolutions: int) -> str | None:
    wide = [node for node in block.convolutions if node.config.get("kernel") != [1, 1]]
    if not block.adapted:
        return (
            "A shortcut goes through a layer that changes what it carries; "
            "expected the input of the block itself, through a 1×1 convolution at most."
        )
    if len(wide) < convolutions:
        return (
            f"A shortcut goes around {len(wide)} {'convolution' if len(wide) == 1 else 'convolutions'}; "
            f"expected around the whole block with its {convolutions}."
        )
    return None


def _real(functions: tuple[str, ...]) -> list[str]:
    return [name for name in functions if name != "linear"]


def _pool(node: Node) -> str:
    size = node.config.get("pool")
    words = node.op.replace("_", " ")
    return f"a {words} of {'×'.join(map(str, size))}" if isinstance(size, list) else f"a {words}"
