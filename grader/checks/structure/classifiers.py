"""Questions about a classifier whose design is free: what it must have, whatever its sizes."""

from __future__ import annotations

from grader.checks.outcomes import fail, partial
from grader.checks.submission import Submission
from grader.models import Chain, Role

__all__ = ["expect_activated", "expect_class_probabilities", "expect_convolutions", "expect_pooled"]

_POOLS = ("max_pool", "average_pool")


def expect_class_probabilities(submission: Submission, role: Role, classes: int) -> None:
    """The last layer has a unit for each class and softmax; a linear one is as good where the loss is told so."""
    last = role.chain.stages[-1] if role.chain.stages else None
    if last is None:
        fail("There is no last layer.", [role.position])
    if last.shape and last.shape != (classes,):
        fail(
            f"The last layer ({last.describe()}) gives values of the shape {list(last.shape)} for an image, expected "
            f"one value for each of the {classes} classes.",
            [role.position],
        )
    function = last.activations[-1] if last.activations else None
    if function == "softmax":
        return
    compiled = submission.compiled(role)
    if function is None and compiled is not None and compiled[0].loss.from_logits:
        return
    fail(
        f"The last layer ({last.describe()}) has {function or 'no activation'}, and the loss expects probabilities; "
        f"softmax makes of its {classes} values probabilities that add up to 1.",
        [role.position],
    )


def expect_convolutions(chain: Chain, cell: int) -> None:
    """The first layer with weights is a convolution."""
    weighted = [stage for stage in chain.stages if stage.parameters]
    if not weighted:
        fail("The network has no layer with weights.", [cell])
    if "conv" not in weighted[0].op:
        fail(f"The first layer with weights is {weighted[0].describe()}, expected a convolution.", [cell])


def expect_activated(chain: Chain, cell: int) -> None:
    """Each convolution has an activation, right after it or after the pooling that follows; a point share each."""
    places = [number for number, stage in enumerate(chain.stages) if "conv" in stage.op]
    if not places:
        fail("There is no convolution whose activation could be judged.", [cell])
    faults = []
    for count, place in enumerate(places, 1):
        following = chain.stages[place + 1 : place + 2]
        pooled = [stage for stage in following if stage.op in _POOLS]
        if not any(stage.activations for stage in (chain.stages[place], *pooled)):
            faults.append(
                f"Convolution {count} of {len(places)} ({chain.stages[place].describe()}) has no activation: without "
                "one it and the next layer amount to a single linear map."
            )
    if faults:
        partial(1 - len(faults) / len(places), "\n".join(faults), [cell])


def expect_pooled(chain: Chain, cell: int) -> None:
    """There is a pooling among the convolutions or after them, as the last part of a block."""
    convolutions = [number for number, stage in enumerate(chain.stages) if "conv" in stage.op]
    pools = [number for number, stage in enumerate(chain.stages) if stage.op in _POOLS]
    if not convolutions:
        fail("There is no convolution that a pooling could follow.", [cell])
    if not any(pool > convolutions[0] for pool in pools):
        widest = max((stage.parameters, stage.describe()) for stage in chain.stages)
        fail(
            "No pooling follows the convolutions; a block is asked for as convolution, activation, pooling. Without it "
            f"maps stay large, and {_count(widest[0])} of {_count(chain.parameters)} parameters are in {widest[1]}.",
            [cell],
        )


def _count(number: int) -> str:
    return f"{number:,}".replace(",", " ")
