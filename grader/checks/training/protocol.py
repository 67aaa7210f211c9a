"""Questions about compiling, training and evaluating, shared by all networks and assignments."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.checks.outcomes import fail, not_attempted
from grader.checks.submission import FitRun, Submission, is_accuracy
from grader.checks.text import shows_value
from grader.evidence.schema import Evaluation
from grader.evidence.values import CompileSettings
from grader.models import Role

__all__ = [
    "best_fits",
    "compile_settings",
    "evaluations_of",
    "expect_accuracy_metric",
    "expect_accuracy_shown",
    "expect_batch_size",
    "expect_epochs",
    "expect_history_kept",
    "expect_loss",
    "expect_optimizer",
    "expect_printed",
    "expect_validated",
    "expect_validation",
]

_PROBE_CROSS_ENTROPY = -math.log(0.4)
"""Cross-entropy of the kernel's probe vector, whose true class has probability 0.4 (see `kernel.compiled`)."""
_SHARE_TOLERANCE = 0.005


def compile_settings(submission: Submission, role: Role) -> tuple[CompileSettings, int]:
    """What the role's model was compiled with; ends the check as not attempted where it never was."""
    found = submission.compiled(role, _usual)
    if found is None:
        not_attempted(f"{role.network.name} was never compiled.")
    return found


def expect_optimizer(settings: CompileSettings, name: str, cell: int) -> None:
    """The model is compiled with that optimizer."""
    found = settings.optimizer.name if settings.optimizer else "none"
    if found != name:
        fail(f"Compiled with the optimizer {found}, expected {name}.", [cell])


def expect_accuracy_metric(settings: CompileSettings, cell: int) -> None:
    """Accuracy is among the metrics."""
    metrics = [*settings.metrics, *settings.weighted_metrics]
    if not any(is_accuracy(name) for name in metrics):
        found = ", ".join(metrics) if metrics else "none"
        fail(f"Metrics: {found}. Without accuracy the history holds the loss only.", [cell])


def expect_loss(submission: Submission, role: Role, settings: CompileSettings, cell: int) -> None:
    """Cross-entropy over the ten classes that fits the labels and the last layer."""
    loss = settings.loss
    wanted, labels, right = "sparse", "class numbers", "sparse_categorical_crossentropy"
    if _encoding(submission, role) == "one_hot":
        wanted, labels, right = "one_hot", "one-hot vectors", "categorical_crossentropy"
    values = {kind: value for kind, value in loss.probe.items() if value is not None}
    softmax = bool(role.chain.stages) and "softmax" in role.chain.stages[-1].activations
    if loss.from_logits and softmax:
        fail(
            "The loss has from_logits=True, but the last layer already applies softmax: "
            "it would be applied twice, and learning is slowed down.",
            [cell],
        )
    fitting = [kind for kind, value in values.items() if loss.from_logits or abs(value - _PROBE_CROSS_ENTROPY) < 1e-3]
    if ("crossentropy" not in loss.name.replace("_", "") and not fitting) or loss.name.startswith("binary"):
        fail(
            f"The loss is {loss.name}, expected {right}: one of ten classes is right for each image.",
            [cell],
        )
    if wanted not in fitting:
        fail(
            f"The loss {loss.name} does not take the labels given, which are {labels}: expected {right}.",
            [cell],
        )


def best_fits(
    submission: Submission,
    role: Role,
    epochs: int,
    batch_size: int,
    *,
    share: float = 0.2,
    or_fewer: bool = False,
) -> list[FitRun]:
    """Of the trainings of a network those that follow the protocol best, in order; several if they do so alike.

    `share` of the training images is to be held out; `or_fewer` says that fewer epochs are as good. A short trial
    before the real training is not what is judged, nor an experiment after it with another optimizer.
    """
    runs = submission.fits_of(role)
    if not runs:
        not_attempted(f"{role.network.name} was never trained.")

    def rank(run: FitRun) -> int:
        asked = run.asked
        return (
            (run.epochs <= epochs if or_fewer else asked.epochs == epochs)
            + (asked.batch_size == batch_size)
            + (_validation_fault(submission, run, share) is None)
            + (asked.compiled is not None and _usual(asked.compiled))
            + (run.end is not None and run.end.status == "completed")
        )

    best = max(map(rank, runs))
    return [run for run in runs if rank(run) == best]


def _usual(settings: CompileSettings) -> bool:
    """Whether a model is compiled as these assignments ask: Adam, a cross-entropy, accuracy."""
    metrics = [*settings.metrics, *settings.weighted_metrics]
    optimizer = settings.optimizer.name if settings.optimizer else ""
    return optimizer == "adam" and "crossentropy" in settings.loss.name and any(map(is_accuracy, metrics))


def expect_epochs(submission: Submission, run: FitRun, epochs: int) -> None:
    """The training asks for that many epochs."""
    if run.epochs != epochs:
        fail(f"Trained for {run.epochs} epochs, expected {epochs}.", [_cell(submission, run)])


def expect_batch_size(submission: Submission, run: FitRun, batch_size: int) -> None:
    """The training goes in batches of that size."""
    found = run.asked.batch_size
    if found != batch_size:
        fail(f"Trained in batches of {found}, expected {batch_size}.", [_cell(submission, run)])


def expect_validation(submission: Submission, run: FitRun, share: float) -> None:
    """That share of the training images is held out for validation; no test image is among them."""
    fault = _validation_fault(submission, run, share)
    if fault is not None:
        fail(fault, [_cell(submission, run)])


def expect_validated(submission: Submission, runs: Sequence[FitRun]) -> None:
    """One of the trainings is watched on images that it does not train on, whichever and however many."""
    faults = [_unwatched(run) for run in runs]
    if None not in faults:
        fail(faults[-1] or "", [_cell(submission, run) for run in runs])


def expect_history_kept(submission: Submission, role: Role, runs: Sequence[FitRun]) -> None:
    """What a training brought is kept: in a variable, or at least it is drawn."""
    if not runs:
        not_attempted(f"{role.network.name} was never trained.")
    if any(run.asked.seq in submission.kept_histories for run in runs):
        return
    drawn = [line.y for _, axes in submission.axes for line in axes.lines]
    for run in runs:
        if any(len(values) > 1 and _close(values, line) for values in run.history.values() for line in drawn):
            return
    last = runs[-1]
    if last.end is None or last.end.status != "completed":
        fail("The training did not come to its end, so there is no history of it.", [_cell(submission, last)])
    fail(
        "What `fit` returns was not kept in a variable: the curves of the training are lost.",
        [_cell(submission, last)],
    )


def evaluations_of(submission: Submission, role: Role) -> list[Evaluation]:
    """The evaluations of the role's model on the test images; ends the check where there is none."""
    events = submission.of_role(Evaluation, role)
    if not events:
        other = [e for e in submission.evidence.of(Evaluation) if e.seq > role.snapshot.seq]
        if other and len(submission.roles) > 1:
            fail(
                f"{role.network.name} was never evaluated; after it was built, another model was.",
                [submission.evidence.position(other[0].cell)],
            )
        not_attempted(f"{role.network.name} was never evaluated.")
    on_test = [event for event in events if submission.is_test(event.x)]
    if not on_test:
        event = events[-1]
        fail(
            f"{role.network.name} was evaluated on {_rows(event)}, expected the test images: "
            "only they tell how it does on images that played no part in training.",
            [submission.evidence.position(event.cell)],
        )
    trained = [run.asked.seq for run in submission.fits_of(role)]
    after = [event for event in on_test if not trained or event.seq > trained[0]]
    if not after:
        fail(
            f"{role.network.name} was evaluated before it was trained.",
            [submission.evidence.position(on_test[-1].cell)],
        )
    return after


def expect_printed(submission: Submission, evaluations: Sequence[Evaluation]) -> None:
    """Loss and accuracy of one of these evaluations are shown in an output."""
    missing = [_not_shown(submission, evaluation) for evaluation in evaluations]
    if all(missing):
        fail(
            f"The {' and the '.join(missing[-1])} on the test images is not shown in any output.",
            [submission.evidence.position(evaluations[-1].cell)],
        )


def expect_accuracy_shown(submission: Submission, evaluations: Sequence[Evaluation]) -> None:
    """The accuracy of one of these evaluations is shown in an output or a figure."""
    if all(any(map(is_accuracy, _not_shown(submission, evaluation))) for evaluation in evaluations):
        fail(
            "The accuracy on the test images is not shown in any output.",
            [submission.evidence.position(evaluations[-1].cell)],
        )


def _not_shown(submission: Submission, evaluation: Evaluation) -> list[str]:
    first = submission.evidence.position(evaluation.cell)
    texts = [submission.printed(cell) for cell in submission.cells(first, len(submission.evidence.cells))]
    texts += [text for _, axes in submission.axes for text in (axes.title, *axes.texts)]
    return [
        name
        for name, value in evaluation.values.items()
        if value is not None
        and (name == "loss" or is_accuracy(name))
        and not any(shows_value(text, value) for text in texts)
    ]


def _encoding(submission: Submission, role: Role) -> str | None:
    for run in submission.fits_of(role) or submission.fits:
        if run.asked.x.labels is not None:
            return run.asked.x.labels.encoding
    return None


def _validation_fault(submission: Submission, run: FitRun, share: float) -> str | None:
    asked = run.asked
    data = asked.validation
    if data is None:
        if not asked.validation_split:
            return f"Trained without validation data; expected {share:.0%} of the training images."
        if abs(asked.validation_split - share) > _SHARE_TOLERANCE:
            return f"validation_split is {asked.validation_split:g}, expected {share:g}."
        return None
    if submission.is_test(data):
        return (
            "The test images serve as validation data. Whoever looks at them while tuning has no untouched "
            f"images left for the final evaluation; expected {share:.0%} of the training images."
        )
    if data.rows is None or asked.x.rows is None or data.count is None or asked.x.count is None:
        return None  # rows of a kind that cannot be recognised: nothing speaks against them
    if not submission.is_training(data):
        return "The validation data are no images of the training set."
    overlap = _overlap(asked.x.rows.runs, data.rows.runs)
    if overlap:
        return f"{overlap} images are both trained on and used for validation; expected separate sets."
    found = data.count / (data.count + asked.x.count)
    if abs(found - share) > _SHARE_TOLERANCE:
        return f"{found:.1%} of the images are held out for validation, expected {share:.0%}."
    return None


def _unwatched(run: FitRun) -> str | None:
    data, trained = run.asked.validation, run.asked.x.rows
    if data is None:
        return None if run.asked.validation_split else "Trained without validation data; some are asked for."
    if data.rows is None or trained is None or 2 * _overlap(trained.runs, data.rows.runs) <= data.rows.count:
        return None
    return (
        "The validation data are images that are trained on, too: "
        "how well they are recognised says nothing about images that the network has never seen."
    )


def _overlap(first: Sequence[tuple[str, int, int]], second: Sequence[tuple[str, int, int]]) -> int:
    return sum(max(0, min(b, d) - max(a, c)) for name, a, b in first for other, c, d in second if name == other)


def _rows(event: Evaluation) -> str:
    rows = event.x.rows
    if rows is None:
        return "data that are not the test images"
    if rows.all_test and rows.all_train:
        return f"{rows.all_train} training and {rows.all_test} test images"
    return f"{rows.all_train} images of the training set" if rows.all_train else f"{rows.count} unknown images"


def _cell(submission: Submission, run: FitRun) -> int:
    return submission.evidence.position(run.asked.cell)


def _close(values: Sequence[float | None], drawn: Sequence[float | None]) -> bool:
    return len(values) == len(drawn) and all(
        a is not None and b is not None and math.isclose(a, b, rel_tol=1e-4) for a, b in zip(values, drawn, strict=True)
    )
