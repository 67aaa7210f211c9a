"""Questions about what stands between layers with weights: dropout and batch normalisation, and where."""

from __future__ import annotations

from grader.checks.outcomes import fail, partial
from grader.evidence.schema import ModelSnapshot
from grader.models import Chain, Stage

__all__ = [
    "activations_before",
    "expect_dropout_among_hidden",
    "expect_no_dropout_outside",
    "expect_normalised",
    "expect_normalised_by_channel",
    "hidden",
]

NO_FUNCTIONS = ("dropout", "batch_norm")
"""What may follow a layer and is no activation."""


def hidden(chain: Chain, kind: str) -> list[Stage]:
    """The hidden layers with weights of a kind: those whose op holds `kind`, but for the last layer of the network."""
    return [stage for stage in chain.stages[:-1] if kind in stage.op]


def activations_before(stage: Stage, follower: str) -> list[str]:
    """The activations between a layer and the first `follower` after it; all of them where there is none."""
    sequence = list(stage.sequence)
    end = sequence.index(follower) if follower in sequence else len(sequence)
    return [name for name in sequence[:end] if name not in NO_FUNCTIONS]


def expect_normalised(chain: Chain, kind: str, words: str, cell: int) -> None:
    """Every hidden layer of a kind has batch normalisation between its linear part and its activation.

    A point share each; `words` names such a layer, as in "convolution". A network without such layers has none
    to normalise.
    """
    layers = hidden(chain, kind)
    faults = []
    for number, stage in enumerate(layers, 1):
        place = f"{words[0].upper()}{words[1:]} {number} of {len(layers)}"
        before = activations_before(stage, "batch_norm")
        if "batch_norm" not in stage.sequence:
            faults.append(f"{place} has no batch normalisation{_nearby(chain, stage)}.")
        elif before:
            faults.append(
                f"{place} has {' and '.join(before)} first and batch normalisation after it; expected between the "
                "linear part and the activation, so that the values the activation sees are the normalised ones."
            )
    if faults:
        partial(1 - len(faults) / len(layers), "\n".join(faults), [cell])


def expect_normalised_by_channel(snapshot: ModelSnapshot, cell: int) -> None:
    """Batch normalisation takes its statistics for each channel, which is the last axis, and never of probabilities."""
    before: dict[int, str] = {}
    for node in snapshot.nodes:
        source = before.get(node.inputs[0], "") if node.inputs else ""
        before[node.id] = str(node.config.get("function")) if node.op == "activation" else node.op
        if node.op != "batch_norm":
            continue
        axis = node.config.get("axis", -1)
        if isinstance(axis, int) and axis not in (-1, len(node.shape)):
            fail(
                f"A batch normalisation works along axis {axis} of maps with the shape {list(node.shape)}; "
                "the features are on the last axis.",
                [cell],
            )
        if source == "softmax":
            fail(
                "Batch normalisation follows the softmax: what comes out are no probabilities any more; "
                "expected on hidden layers only.",
                [cell],
            )


def expect_dropout_among_hidden(chain: Chain, cell: int) -> None:
    """Some dropout with a rate between 0 and 1 follows a pool or a hidden layer."""
    inner = [stage for stage in chain.stages[:-1] if stage.dropouts]
    if not inner:
        fail("No dropout follows a pool or a hidden layer, so nothing of what the network computes is dropped.", [cell])
    wrong = [rate for stage in inner for rate in stage.dropouts if not 0 < rate < 1]
    if wrong:
        fail(f"A dropout has the rate {wrong[0]:g}: it drops {_share(wrong[0])}, expected between 0 and 1.", [cell])


def expect_no_dropout_outside(chain: Chain, cell: int) -> None:
    """No dropout comes before the first layer with weights, or after the last one."""
    faults = []
    if chain.leading:
        faults.append(
            "A dropout stands before the first layer: it drops pixels of the image, not hidden values of the network."
        )
    if chain.stages and chain.stages[-1].dropouts:
        faults.append(
            "A dropout follows the last layer: in training some classes get the probability 0 whatever the image shows."
        )
    if faults:
        fail("\n".join(faults), [cell])


def _nearby(chain: Chain, stage: Stage) -> str:
    """Where batch normalisation stands instead, if it does so before the next layer with weights."""
    place = next(number for number, one in enumerate(chain.stages) if one is stage)
    for other in chain.stages[place + 1 :]:
        if "batch_norm" in other.sequence and ("pool" in other.op or other.op == "flatten"):
            return f" before its activation; it stands after the {other.op.replace('_', ' ')}"
        if other.parameters:
            break
    return ""


def _share(rate: float) -> str:
    return "nothing" if rate <= 0 else "everything"
