"""How well a recorded model answers each of the four networks, which the exercise describes by their pattern."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.models import Candidate, Chain, Stage, expected_chain, similarity
from grader.models.residual import residual_blocks
from reference import tiny_vgg as reference
from reference.architecture import Layer

_LARGE = 16
"""A network of more convolutions, such as a ResNet50 that is only looked at, is none of these."""
_OTHER = 0.5
"""What a network loses that has the mark of another one: blocks too few or too many, or normalised ones."""
_SLIGHT = 0.1
_UNLIKELY = 0.3
_FIRST_KERNEL = [7, 7]


def tiny_vgg(candidate: Candidate) -> float:
    """Two blocks of convolutions and a pool, then a classifier."""
    alike = _likeness(candidate, reference.TINY_VGG)
    if _normalised(candidate.chain):
        alike -= _UNLIKELY
    if _is_deeper(candidate.chain):
        alike -= _UNLIKELY
    return max(0.0, alike)


def with_batch_norm(candidate: Candidate) -> float:
    """The tiny VGG with batch normalisation, wherever it stands."""
    alike = _likeness(candidate, reference.TINY_VGG_BN)
    if not _normalised(candidate.chain):
        alike -= _OTHER
    if _is_deeper(candidate.chain):
        alike -= _OTHER
    return max(0.0, alike)


def third_block(candidate: Candidate) -> float:
    """The tiny VGG with something added to its two blocks."""
    alike = _likeness(candidate, reference.THREE_BLOCKS)
    if not _is_deeper(candidate.chain):
        alike -= _OTHER
    if _normalised(candidate.chain):
        alike -= _SLIGHT
    return max(0.0, alike)


def tiny_resnet(candidate: Candidate) -> float:
    """A first convolution of 7×7, sums, and an average pool at the end; the sums or the first kernel at least."""
    chain = candidate.chain
    if not _is_classifier(chain):
        return 0.0
    first = chain.of("conv2d")[0]
    sums = bool(residual_blocks(candidate.snapshot)) or any(node.op == "add" for node in candidate.snapshot.nodes)
    wide = first.config.get("kernel") == _FIRST_KERNEL
    averaged = any(stage.op in ("average_pool", "global_average_pool") for stage in chain.stages)
    return 0.6 * sums + 0.2 * wide + 0.1 * averaged + 0.1 * first.normalised


def _likeness(candidate: Candidate, layers: Sequence[Layer]) -> float:
    """How much the kinds of stages are those of a table; 0 for what is no chain or no network of this size."""
    chain = candidate.chain
    if not _is_classifier(chain) or any(node.op == "add" for node in candidate.snapshot.nodes):
        return 0.0
    if chain.of("conv2d")[0].config.get("kernel") == _FIRST_KERNEL:
        return 0.0
    return similarity(_kinds(chain.stages), _kinds(expected_chain(layers).stages))


def _is_classifier(chain: Chain) -> bool:
    return 0 < len(chain.of("conv2d")) <= _LARGE and bool(chain.of("dense"))


def _kinds(stages: Iterable[Stage]) -> Chain:
    """The chain with nothing but the kinds of its stages, any pool as good as a max pool, any dense part as one."""
    kinds: list[Stage] = []
    for stage in stages:
        op = {"average_pool": "max_pool", "separable_conv2d": "conv2d"}.get(stage.op, stage.op)
        if op != "dense" or not kinds or kinds[-1].op != "dense":
            kinds.append(Stage(op))
    return Chain(tuple(kinds), 0)


def _is_deeper(chain: Chain) -> bool:
    """Whether there is more than two blocks: a third pool, or more convolutions and pools than two blocks have."""
    body = _body(chain)
    pools = [stage for stage in body if "pool" in stage.op]
    return len(pools) > 2 or len(body) > len(_body(expected_chain(reference.TINY_VGG)))


def _body(chain: Chain) -> list[Stage]:
    return [stage for stage in chain.stages if "conv" in stage.op or "pool" in stage.op]


def _normalised(chain: Chain) -> bool:
    return any(stage.normalised for stage in chain.of("conv2d", "max_pool", "average_pool"))
