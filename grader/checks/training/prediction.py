"""Whether the predicted class of the first test image is compared with its label, told by what outputs depend on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from grader.checks.outcomes import fail, not_attempted
from grader.checks.submission import Submission
from grader.evidence.schema import Prediction, ReplayOutputs
from grader.models import Role

__all__ = ["expect_first_compared", "prediction_of"]

_UNSTABLE = re.compile(r"0x[0-9a-f]+|(?<=[a-z])_\d+\b", re.IGNORECASE)
"""What is another each time: addresses of objects, and the numbers that Keras gives to layers and models."""
_TOKEN = re.compile(r"\d+(?:\.\d*)?(?:e[-+]?\d+)?|[^\W\d_]+", re.IGNORECASE)
_REDUCTION = re.compile(r"argmax|argsort|argpartition|top_k|predict_classes|index\s*\(\s*max|\.max\(|where")
_ALONE = "The predicted class is shown, but its comparison with the label of the first test image is not."
_CELLS_NEAR = 3
_FORCED = (0.91, 0.01)
"""The probabilities that the kernel makes up (see `kernel.replay`): not what a comparison is about."""


def prediction_of(submission: Submission, role: Role) -> list[Prediction]:
    """The predictions of the role's model that include the first test image; ends the check where there is none."""
    events = submission.of_role(Prediction, role)
    if not events:
        not_attempted(f"{role.network.name} was never asked for a prediction.")
    found = [event for event in events if _has_first(submission, event)]
    if not found:
        fail(
            f"{role.network.name} predicts, but not the first image of the test set.",
            [submission.evidence.position(event.cell) for event in events],
        )
    return found


def expect_first_compared(submission: Submission, role: Role) -> None:
    """The most probable class of the first test image is compared with, or shown beside, its label."""
    predictions = prediction_of(submission, role)
    faults = []
    for prediction in predictions:
        fault = _fault(submission, prediction)
        if fault is None:
            return
        faults.append(fault)
    fail(faults[-1], [submission.evidence.position(prediction.cell) for prediction in predictions])


def _has_first(submission: Submission, event: Prediction) -> bool:
    rows = event.x.rows
    if rows is None:
        # Rows of a kind that cannot be recognised, as many as there are test images.
        return event.x.count == 10_000
    name = "train" if submission.swapped else "test"
    if rows.runs:
        return any(run[0] == name and run[1] == 0 for run in rows.runs)
    return submission.is_test(event.x) and rows.distinct >= 10_000


def _fault(submission: Submission, prediction: Prediction) -> str | None:
    """What is wrong with the comparison that follows a prediction; None if nothing is."""
    for replay in submission.evidence.of(ReplayOutputs):
        if prediction.seq in replay.predictions and None not in replay.outputs.values():
            fault = _judge(
                {str(name): text or "" for name, text in replay.outputs.items()},
                {str(name): number for name, number in replay.classes.items()},
            )
            if fault == _ALONE and _shows_label(submission, prediction, replay.classes["recognised"]):
                return None
            return fault
    return _read(submission, prediction)


def _shows_label(submission: Submission, prediction: Prediction, label: int) -> bool:
    """Whether the label stands in an output near the prediction, for a reader to compare."""
    place = submission.evidence.position(prediction.cell)
    near = submission.cells(place - _CELLS_NEAR, place + _CELLS_NEAR)
    return any(str(label) in _TOKEN.findall(submission.printed(cell)) for cell in near)


def _judge(outputs: Mapping[str, str], classes: Mapping[str, int]) -> str | None:
    """Compare the outputs for a recognised first image, two kinds of mistake, and a mistaken second image."""
    right, wrong, other, second = (_tokens(outputs[name]) for name in ("recognised", "mistaken", "otherwise", "second"))
    if right == wrong:
        if second != right:
            return "The comparison looks at the second test image; the first one has index 0."
        if _UNSTABLE.sub("", outputs["recognised"]) != _UNSTABLE.sub("", outputs["mistaken"]):
            return (
                "What is shown or compared is the vector of ten probabilities; "
                "the predicted class is the place of its largest value (argmax)."
            )
        return "No output depends on which class is predicted for the first test image."
    changed, changed_otherwise = wrong - right, other - right
    if any(_may_be_verdict(token) for token in changed & changed_otherwise):
        return None  # it says that the class is wrong, whatever class it is
    if not _names_class(changed, classes["mistaken"]) or not _names_class(changed_otherwise, classes["otherwise"]):
        return (
            "What is shown changes with the prediction, but it is not the class of the largest probability "
            "of the first test image."
        )
    lost = right - wrong
    if any(wrong[token] for token in lost):
        return None  # the label stays on show while the predicted class changes
    return _ALONE


def _may_be_verdict(token: str) -> bool:
    """Whether a token can say "right" or "wrong": a word, a truth value, a share; but no class or other count."""
    return not token.isdigit() or token in ("0", "1")


def _names_class(changed: Counter[str], number: int) -> bool:
    """Whether what newly came up can be that class: its number, or a name."""
    return str(number) in changed or any(not token[0].isdigit() for token in changed)


def _tokens(text: str) -> Counter[str]:
    tokens = (token.lower() for token in _TOKEN.findall(_UNSTABLE.sub("", text)))
    return Counter(token for token in tokens if not _is_forced(token))


def _is_forced(token: str) -> bool:
    if not token[0].isdigit() or ("." not in token and "e" not in token):
        return False
    return any(abs(float(token) - value) < 0.001 for value in _FORCED)


def _read(submission: Submission, prediction: Prediction) -> str | None:
    """Judge by the source where the cells cannot be run again: nothing is held against what is not understood."""
    first = submission.evidence.position(prediction.cell)
    sources = [cell.source for cell in submission.cells(first, first + 4) if cell.kind == "code"]
    if any(_REDUCTION.search(source) for source in sources):
        return None
    return "After the prediction no class is chosen from the ten probabilities (argmax) and compared with the label."
