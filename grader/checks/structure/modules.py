"""Questions about an inception module of the student's own, answered by what it did when it was probed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

from grader.checks.outcomes import fail, not_attempted, partial, undecided
from grader.checks.structure.googlenets import GoogLeNets, probe
from grader.checks.submission import Submission
from grader.checks.text import numbers_in, numbers_stated
from grader.evidence.schema import ModelSnapshot, Probe, Summary
from grader.models.blocks import blocks
from grader.models.googlenet import own_parameters
from grader.models.modules import ModuleAnswer, branch_fault
from reference import googlenet, inception

__all__ = [
    "expect_arguments",
    "expect_branch",
    "expect_count_stated",
    "expect_joined",
    "expect_shape_stated",
    "expect_switch",
    "expect_weights_kept",
]

_PLAIN, _NORMALISED = "module", "module, normalised"
_SHAPE = re.compile(r"[(\[][^()\[\]]*?(\d+)\s*,?\s*[)\]]")
_OTHER_INPUTS = (3, 64)
"""Channels besides those of GoogLeNet that an instance may be tried on: of an image, of the first convolution."""


def expect_arguments(submission: Submission) -> None:
    """The module can be made with the six widths and the switch of the exercise."""
    answer = _answer(submission)
    if answer.error is not None and not answer.nodes:
        fail(f"{answer.subject} cannot be made with six numbers of filters and a switch: {answer.error}")
    if answer.left_out:
        partial(
            0.5,
            f"{answer.subject} has no argument like `{answer.left_out[0]}`, by which batch normalisation could be "
            "switched on and off.",
        )


def expect_branch(submission: Submission, branch: str) -> None:
    """A branch of the module computes what it should, whatever stands in the others."""
    answers = [ModuleAnswer(_answer(submission, name)) for name in (_PLAIN, _NORMALISED)]
    if all(answer.probe.error and not answer.probe.nodes for answer in answers):
        fail(f"The module cannot be made: {answers[0].probe.error}")
    faults = [branch_fault(answer, branch) for answer in answers]
    if None in faults:
        return
    fail(f"The {branch} branch: {faults[0]}")


def expect_joined(submission: Submission) -> None:
    """The output has the size of the input and the channels of all branches."""
    answer = _answer(submission)
    if answer.error is not None:
        fail(f"The module gives no output: calling it ends with {answer.error}")
    height, width, channels = answer.shape if len(answer.shape) == 3 else (None, None, None)
    joins = [node for node in answer.nodes if node.op == "concatenate"]
    # What is missing in a branch is that branch's fault: the channels that are joined must all be there.
    given = [node for join in joins[-1:] for node in answer.nodes if node.id in join.inputs]
    wanted = ModuleAnswer(answer).widths.channels
    joined = sum(node.shape[-1] or 0 for node in given) if len(given) > 1 else wanted
    if (height, width) != answer.input_shape[:2] or channels not in (wanted, joined):
        fail(
            f"On an input of {_shape(answer.input_shape)} the output is {_shape(answer.shape)}, expected "
            f"{_shape((*answer.input_shape[:2], wanted))}: the channels of the four branches one after another."
        )
    if channels != wanted and len(given) != len(inception.BRANCHES):
        fail(f"{len(given)} branches are joined, expected {len(inception.BRANCHES)}.")


def expect_switch(submission: Submission) -> None:
    """With the switch there is batch normalisation at the end of the module, without it there is none."""
    plain, normalised = _answer(submission), _answer(submission, _NORMALISED)
    if all(answer.error and not answer.nodes for answer in (plain, normalised)):
        fail(f"The module cannot be made: {plain.error}")
    if not _normalises(normalised):
        fail("With `use_batch_norm=True` there is no batch normalisation in the module.")
    if _normalises(plain):
        fail("With `use_batch_norm=False` there is batch normalisation in the module all the same.")
    nodes = normalised.nodes
    if normalised.error is None and nodes and not ModuleAnswer(normalised).is_normalised:
        partial(0.5, "Batch normalisation is inside the module, expected at its end, after the branches are joined.")


def expect_weights_kept(submission: Submission) -> None:
    """Two calls on the same input give the same: the layers are made once."""
    answer = _answer(submission)
    if answer.drift:
        fail(
            "Two calls on the same input give different outputs, and the module has "
            f"{answer.parameters or 'no'} parameters: layers that are made in `call` have fresh weights each time, "
            "which can never be trained."
        )
    if answer.error is not None:
        fail(f"The module cannot be called twice: {answer.error}")


def expect_shape_stated(submission: Submission, nets: GoogLeNets) -> None:
    """The output shape of an instance is shown, with the channels that it has by the student's own module."""
    wanted = {widths.channels for widths in inception.MODULES.values()} | {_own_channels(submission)}
    if any(int(token) in wanted for text in _texts(submission) for token in _SHAPE.findall(text)):
        return
    notes = [cell.source for cell in submission.evidence.cells if cell.kind == "markdown"]
    if any(numbers_in(note) & wanted for note in notes if not submission.is_prompt(note)):
        return
    if not _has_count(submission, nets):
        _nothing_stated(submission)
    fail(
        "The shape of the output of an instance is not shown: height and width of the input, and as many channels as "
        "the last convolutions of the four branches have filters together."
    )


def expect_count_stated(submission: Submission, nets: GoogLeNets) -> None:
    """The number of parameters of an instance is shown, as it is for the student's own module."""
    if _has_count(submission, nets):
        return
    if not any(int(t) in {_own_channels(submission)} for text in _texts(submission) for t in _SHAPE.findall(text)):
        _nothing_stated(submission)
    fail(
        "No number of parameters was found that an instance of your module has. Each convolution has "
        "(side · side · inputs + 1) · filters, and those of all six add up."
    )


def _nothing_stated(submission: Submission) -> NoReturn:
    answer = probe(submission, _PLAIN)
    if answer is not None and answer.error is not None:
        undecided(
            f"An instance has neither shape nor parameters to be shown, because calling it ends with {answer.error}"
        )
    not_attempted("Neither the shape nor the number of parameters of an instance of the module is shown.")


def _answer(submission: Submission, name: str = _PLAIN) -> Probe:
    answer = probe(submission, name)
    if answer is None or not answer.subject:
        broken = [cell for cell in submission.evidence.cells if cell.error and "class " in cell.source]
        if broken:
            fail(
                f"The class was not made: cell {broken[0].position} ended with {broken[0].error}", [broken[0].position]
            )
        not_attempted("No class was found that is a Keras layer and could be the InceptionModule.")
    if answer.timed_out:
        undecided(f"{answer.subject} could not be looked at within the time for it.")
    if answer.error is None and not answer.weights and not any(node.op == "conv2d" for node in answer.nodes):
        not_attempted(f"{answer.subject} has no layers: it was left as it was given.")
    return answer


def _normalises(answer: Probe) -> bool:
    moving = any(weight.name == "moving_variance" for weight in answer.weights)
    return moving or any(node.op == "batch_norm" for node in answer.nodes)


def _own_channels(submission: Submission) -> int:
    answer = probe(submission, "3a")
    channels = answer.shape[-1] if answer is not None and answer.shape else None
    return channels or inception.MODULES["3a"].channels


def _own_counts(submission: Submission) -> list[int]:
    """Parameters of module 3a on 192 channels, as the student's own module has them, without and with the switch."""
    answers = [probe(submission, name) for name in ("3a", "3a, normalised")]
    return [answer.parameters for answer in answers if answer is not None and answer.parameters]


def _has_count(submission: Submission, nets: GoogLeNets) -> bool:
    wanted = set(map(float, _counts(submission, nets)))
    if numbers_stated(submission, 1, len(submission.evidence.cells)) & wanted:
        return True
    return any(numbers_in(text) & wanted for text in _small_summaries(submission))


def _counts(submission: Submission, nets: GoogLeNets) -> Iterator[int]:
    """Parameters that an instance may have: any module of GoogLeNet on any of its inputs, as the student's own."""
    own = _own_counts(submission)
    yield from own
    channels = {channels for layer, channels in googlenet.inputs() if isinstance(layer, googlenet.Module)}
    for widths in inception.MODULES.values():
        for inputs in (*channels, *_OTHER_INPUTS):
            for module in (nets.module, nets.normalised_module):
                yield from own_parameters(module, widths, inputs) if module is not None else ()
            if not own:
                yield from (inception.parameters(widths, inputs, batch_norm=switch) for switch in (False, True))


def _texts(submission: Submission) -> Iterator[str]:
    """What the notebook puts out and its author writes, without summaries of whole networks."""
    for cell in submission.evidence.cells:
        if cell.kind == "code":
            yield submission.printed(cell)
        elif not submission.is_prompt(cell.source):
            yield cell.source
    yield from _small_summaries(submission)


def _small_summaries(submission: Submission) -> Iterator[str]:
    snapshots = {(s.model, s.version): s for s in submission.evidence.of(ModelSnapshot)}
    for event in submission.evidence.of(Summary):
        snapshot = snapshots.get((event.model, event.version))
        if snapshot is None or len(blocks(snapshot.nodes)) <= 1:
            yield event.text


def _shape(shape: tuple[int | None, ...]) -> str:
    return "×".join(str(side) for side in shape)
