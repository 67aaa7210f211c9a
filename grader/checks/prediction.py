"""Is the predicted class of the first test image compared with its label? Decided by what the outputs depend on."""

from __future__ import annotations

import re
from collections import Counter

from grader.checks.outcomes import fail, not_attempted
from grader.checks.submission import Submission
from grader.evidence.schema import Prediction, ReplayOutputs
from grader.models import Role

__all__ = ["expect_first_compared", "prediction_of"]

_ADDRESS = re.compile(r"0x[0-9a-f]+")
_TOKEN = re.compile(r"\d+(?:\.\d*)?(?:e[-+]?\d+)?|[^\W\d_]+", re.IGNORECASE)
_REDUCTION = re.compile(r"argmax|argsort|argpartition|top_k|predict_classes|index\s*\(\s*max|\.max\(|where")
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
        if prediction.seq in replay.predictions:
            outputs = replay.outputs
            texts = [outputs.get(name) for name in ("recognised", "mistaken", "otherwise", "second")]
            if all(text is not None for text in texts):
                return _judge(*(text or "" for text in texts))
    return _read(submission, prediction)


def _judge(recognised: str, mistaken: str, otherwise: str, second: str) -> str | None:
    """Compare the outputs for a recognised first image, two kinds of mistake, and a mistaken second image."""
    right, wrong, other = (_tokens(text) for text in (recognised, mistaken, otherwise))
    if right == wrong:
        if _tokens(second) != right:
            return "The comparison looks at the second test image; the first one has index 0."
        if _ADDRESS.sub("", recognised) != _ADDRESS.sub("", mistaken):
            return (
                "What is shown or compared is the vector of ten probabilities; "
                "the predicted class is the place of its largest value (argmax)."
            )
        return "No output depends on which class is predicted for the first test image."
    if wrong == other:
        return None  # a verdict: it says whether the class is right, whatever class it is
    shown_only_when_right = Counter(right) - Counter(wrong)
    if any(wrong[token] for token in shown_only_when_right):
        return None  # the label stays on show while the predicted class changes
    return "The predicted class is shown, but its comparison with the label of the first test image is not."


def _tokens(text: str) -> Counter[str]:
    tokens = (token.lower() for token in _TOKEN.findall(_ADDRESS.sub("", text)))
    return Counter(token for token in tokens if not _is_forced(token))


def _is_forced(token: str) -> bool:
    if not token[0].isdigit() or "." not in token and "e" not in token:
        return False
    return any(abs(float(token) - value) < 0.001 for value in _FORCED)


def _read(submission: Submission, prediction: Prediction) -> str | None:
    """Judge by the source where the cells cannot be run again: nothing is held against what is not understood."""
    first = submission.evidence.position(prediction.cell)
    sources = [cell.source for cell in submission.cells(first, first + 4) if cell.kind == "code"]
    if any(_REDUCTION.search(source) for source in sources):
        return None
    return "After the prediction no class is chosen from the ten probabilities (argmax) and compared with the label."
