"""Reports to render: a realistic one over nineteen exercises, and one that says one text everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.report.model import (
    Answer,
    ArchitectureComparison,
    ArchitectureRow,
    AutoPoints,
    CheckReport,
    Claim,
    ExerciseReport,
    FailedCell,
    ManualPoints,
    Report,
    RunReport,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# id, title, possible auto points, possible manual points
EXERCISES = (
    ("exe01", "Load CIFAR-10", 2, 0),
    ("exe02", "Scale the images", 4, 0),
    ("exe03", "Define NET I", 12, 0),
    ("exe04", "Parameters and output sizes of NET I", 6, 0),
    ("exe05", "Compile NET I", 3, 0),
    ("exe06", "Train NET I", 5, 0),
    ("exe07", "Evaluate NET I", 5, 0),
    ("exe08", "Predict the first test image", 3, 0),
    ("exe09", "Accuracy over the epochs", 3, 2),
    ("exe10", "Loss over the epochs", 3, 2),
    ("exe11", "Define NET II", 9, 0),
    ("exe12", "Parameters of NET II", 4, 0),
    ("exe13", "Compile NET II", 2, 0),
    ("exe14", "Train NET II", 3, 0),
    ("exe15", "Evaluate NET II", 3, 0),
    ("exe16", "Curves of NET II", 3, 4),
    ("exe17", "Define NET III", 12, 0),
    ("exe18", "Work with NET III", 4, 3),
    ("exe19", "Your own improvement", 0, 3),
)

KERNELS = """\
Found a 3 × 3 kernel in the second convolution, expected 5 × 5.
With 5 × 5 kernels it has (5·5·32 + 1)·64 = 51 264 parameters, yours has 18 496."""

HIDDEN_MESSAGE = "the seed 4711 shows that the test images were seen"

COMPARISON = ArchitectureComparison(
    title="NET II",
    rows=(
        ArchitectureRow(found="Conv2D 32, 5 × 5, relu", expected="Conv2D 32, 5 × 5, relu", agrees=True),
        ArchitectureRow(found="Conv2D 64, 3 × 3, relu", expected="Conv2D 64, 5 × 5, relu", agrees=False),
        ArchitectureRow(found="MaxPooling2D 2 × 2, stride 2", expected="MaxPooling2D 2 × 2, stride 2", agrees=True),
        ArchitectureRow(found="Conv2D 64, 5 × 5, relu", expected="Conv2D 64, 5 × 5, relu", agrees=True),
        ArchitectureRow(found=None, expected="MaxPooling2D 2 × 2, stride 2", agrees=False),
        ArchitectureRow(found="Dropout 0.5", expected=None, agrees=False),
        ArchitectureRow(found="Dense 512, relu", expected="Dense 512, relu", agrees=True),
        ArchitectureRow(found="Dense 10, softmax", expected="Dense 10, softmax", agrees=True),
    ),
    found_parameters=3_401_354,
    expected_parameters=686_090,
)


def check(exercise: str, name: str, points: float, status: Status = Status.PASSED, **facts: object) -> CheckReport:
    earned = facts.pop("earned", points if status is Status.PASSED else 0)
    fields = {"title": f"{name.capitalize().replace('_', ' ')} as asked for", **facts}
    return CheckReport.model_validate(
        {"id": f"{exercise}::{name}", "points": points, "earned": earned, "status": status, **fields}
    )


def kernel_checks() -> tuple[CheckReport, ...]:
    """Checks of one exercise that passed, partly passed and failed."""
    return (
        check(
            "exe11",
            "kernels",
            4,
            Status.PARTIAL,
            earned=2.67,
            message=KERNELS,
            cells=(31, 12),
            title="Kernels of 5 × 5",
        ),
        check(
            "exe11",
            "pools",
            3,
            Status.FAILED,
            cells=(31,),
            title="Pools after the second and third convolution",
            message="Found one pool, expected two: without it, 12 · 12 values reach the classifier.",
        ),
        check("exe11", "classifier", 2, cells=(31,), title="Dense 512 with relu, Dense 10 with softmax"),
    )


def special_checks() -> dict[str, tuple[CheckReport, ...]]:
    """The exercises of the realistic report that did not simply pass."""
    return {
        "exe03": (
            check("exe03", "convolutions", 4, cells=(12,), title="32, 64 and 64 filters of 3 × 3"),
            check("exe03", "pools", 4, cells=(12,), title="A 2 × 2 pool after each convolution"),
            check("exe03", "hidden_classifier", 2, title="Ten classes by softmax"),
            check(
                "exe03",
                "hidden",
                2,
                Status.FAILED,
                visibility="hidden",
                message=HIDDEN_MESSAGE,
                cells=(87,),
                title="Works on other images",
            ),
        ),
        "exe07": (
            check("exe07", "evaluated", 3, cells=(20,), title="Evaluated on the 10 000 test images"),
            check(
                "exe07",
                "accuracy",
                2,
                Status.UNDECIDED,
                title="Accuracy reaches the bar of NET I",
                message="Accuracy is not decided at effort sketch.",
            ),
        ),
        "exe11": kernel_checks(),
        "exe14": (
            check(
                "exe14",
                "validation",
                3,
                Status.ERROR,
                title="The last 20 % validate",
                message="The check itself broke. Your points are safe: a person will look at it.",
            ),
        ),
    }


def exercise_report(id_: str, title: str, auto: float, manual: float) -> ExerciseReport:
    checks = special_checks().get(id_)
    if checks is None:
        status = Status.NOT_ATTEMPTED if id_ in {"exe17", "exe18"} else Status.PASSED
        checks = (check(id_, "everything", auto, status, cells=(7,)),) if auto else ()
    earned = sum(entry.earned for entry in checks)
    undecided = sum(entry.points for entry in checks if entry.status in {Status.UNDECIDED, Status.ERROR})
    statuses = {entry.status for entry in checks}
    answers = (
        Answer(
            cell=26,
            text="The curves part after epoch 6:\nfrom there on it *learns by heart* <b>.",
            question="Accuracy over the epochs: what do you see?",
            claims=(
                Claim(quantity="parameters", said="193,034", finding="NET I (cell 12) has 193 034", agrees=True),
                Claim(quantity="parameters", said="193 043", finding="no model has so many", agrees=False),
                Claim(quantity="accuracy", said="68 %", finding="not run at this effort", agrees=None),
            ),
        ),
    )
    return ExerciseReport(
        id=id_,
        title=title,
        status=statuses.pop() if len(statuses) == 1 else Status.PARTIAL if checks else Status.PENDING,
        auto=AutoPoints(earned=earned, possible=auto, undecided=undecided),
        manual=ManualPoints(possible=manual),
        checks=checks,
        comparison=COMPARISON if id_ == "exe11" else None,
        answers=answers if id_ == "exe09" else (),
    )


def realistic_report() -> Report:
    exercises = tuple(exercise_report(*row) for row in EXERCISES)
    return Report(
        assignment="nets",
        assignment_title="Convolutional networks for CIFAR-10: NET I, II and III",
        submission="Zoë Nguyễn – nets (final).ipynb",
        effort="sketch",
        dataset="stand-in",
        auto=AutoPoints(
            earned=sum(exercise.auto.earned for exercise in exercises),
            possible=86,
            undecided=sum(exercise.auto.undecided for exercise in exercises),
        ),
        manual=ManualPoints(possible=14),
        exercises=exercises,
        run=RunReport(
            seconds=5.21,
            cells=37,
            failed_cells=(
                FailedCell(cell=40, error="NameError: name 'history3' is not defined"),
                FailedCell(cell=44, error="interrupted after 120 s (--cell-timeout)"),
            ),
            sandbox="subprocess",
            versions={"python": "3.11.2", "keras": "3.15.0", "tensorflow": "2.21.0"},
        ),
        remarks=(
            "Cell 3: `keras.utils.np_utils` is gone from Keras 3; it was served by a stand-in.",
            "Cell 1: `!pip install` was not executed.",
        ),
    )


def report_saying(text: str) -> Report:
    """A report in which every text that a student can influence, and every title, is `text`."""
    checks = tuple(
        check("exe01", f"check{place}", 1, status, title=text, message=text, cells=(place,))
        for place, status in enumerate(Status, start=1)
    )
    exercise = ExerciseReport(
        id="exe01",
        title=text,
        status=Status.PARTIAL,
        auto=AutoPoints(earned=1, possible=7),
        manual=ManualPoints(possible=1),
        checks=checks,
        comparison=ArchitectureComparison(
            title=text, rows=(ArchitectureRow(found=text, expected=None, agrees=False),), found_parameters=1
        ),
        answers=(
            Answer(
                cell=1,
                text=text,
                question=text,
                claims=(Claim(quantity="accuracy", said=text, finding=text, agrees=None),),
            ),
        ),
    )
    return Report(
        assignment="nets",
        assignment_title=text,
        submission=text,
        effort="full",
        dataset="cifar10",
        auto=exercise.auto,
        manual=exercise.manual,
        exercises=(exercise, exercise.model_copy(update={"id": "exe02"})),
        run=RunReport(
            seconds=75,
            cells=3,
            failed_cells=(FailedCell(cell=2, error=text),),
            sandbox=text,
            versions={"keras": text},
        ),
        remarks=(text, text),
    )


@pytest.fixture(scope="session")
def report() -> Report:
    return realistic_report()


@pytest.fixture(scope="session")
def saying() -> Callable[[str], Report]:
    return report_saying
