"""From evidence to report: run the checks of an assignment, add up the points, gather what people should know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from grader.answers import AnswersGiven, answer, placed
from grader.assignments import Assignment, Exercise
from grader.checks import CheckResult, Submission, run_checks
from grader.checks.blanks import blank_words
from grader.data import PreparedDataset
from grader.errors import AssignmentError
from grader.evidence import Evidence
from grader.evidence.schema import DataServed, LogFull, ModelUnreadable, RecorderFault, Remark
from grader.intake import WrittenAnswer
from grader.models import Role, align, difference, parameters_with_paddings
from grader.report.model import (
    Answer,
    ArchitectureComparison,
    ArchitectureRow,
    AutoPoints,
    CheckReport,
    ExerciseReport,
    FailedCell,
    ManualPoints,
    Report,
    RunReport,
    Status,
)

__all__ = ["grade"]

_UNDEFINED = re.compile(r"NameError: name '(\w+)' is not defined")


def grade(
    evidence: Evidence,
    assignment: Assignment,
    dataset: PreparedDataset | None = None,
    answers: AnswersGiven | None = None,
    loose_answers: Sequence[WrittenAnswer] = (),
) -> Report:
    """Decide every check of the assignment on the evidence.

    Args:
        evidence: of one run.
        assignment: whose checks are run.
        dataset: the data set that was served, for the labels of its test images; without it accuracy points
            stay undecided.
        answers: written answers by exercise, shown to whoever gives the manual points.
        loose_answers: those that stand under no exercise; shown at those of the network built before them.

    Raises:
        AssignmentError: if the checks cannot be run or their points do not add up to those of the rubric.
    """
    labels = None
    if dataset is not None and dataset.digest == evidence.run.dataset_digest:
        labels = np.asarray(dataset.load().y_test, dtype=np.int64).reshape(-1)
    submission = Submission(evidence, assignment.networks(), labels, assignment.prompts())
    results = _without_blame(evidence, run_checks(assignment.folder, submission))
    _complain_about_points(assignment, results)
    loose = placed(submission, loose_answers)
    exercises = tuple(
        _exercise(
            exercise,
            [result for result in results if result.spec.exercise == exercise.id],
            _comparison(submission, assignment, exercise),
            [
                answer(submission, exercise, given)
                for given in (*(answers or {}).get(exercise.id, ()), *loose.get(exercise.id, ()))
                if exercise.manual
            ],
        )
        for exercise in assignment.exercises
    )
    return Report(
        assignment=assignment.id,
        assignment_title=assignment.title,
        submission=evidence.run.submission,
        effort=evidence.run.effort,
        dataset=evidence.run.dataset,
        auto=AutoPoints(
            earned=_sum(exercise.auto.earned for exercise in exercises),
            possible=_sum(exercise.auto.possible for exercise in exercises),
            undecided=_sum(exercise.auto.undecided for exercise in exercises),
        ),
        manual=ManualPoints(possible=_sum(exercise.manual.possible for exercise in exercises)),
        exercises=exercises,
        run=_run(evidence),
        remarks=(*_remarks(evidence), *submission.remarks),
    )


def _without_blame(evidence: Evidence, results: Sequence[CheckResult]) -> list[CheckResult]:
    """The results, with nothing held against a submission that may come of a fault of the recorder."""
    faults = evidence.of(RecorderFault)
    if not faults:
        return list(results)
    place = evidence.position(faults[0].cell)
    why = f"The recorder failed at cell {place} ({faults[0].error}); no fault of the submission."
    blamed = (Status.FAILED, Status.PARTIAL, Status.NOT_ATTEMPTED)
    return [
        replace(result, status=Status.ERROR, share=0.0, message=f"{why} {result.message}")
        if result.status in blamed
        else result
        for result in results
    ]


def _exercise(
    exercise: Exercise,
    results: Sequence[CheckResult],
    comparison: ArchitectureComparison | None,
    answers: Iterable[Answer],
) -> ExerciseReport:
    auto = AutoPoints(
        earned=_sum(result.earned for result in results),
        possible=exercise.auto,
        undecided=_sum(result.spec.points for result in results if result.status in (Status.UNDECIDED, Status.ERROR)),
    )
    return ExerciseReport(
        id=exercise.id,
        title=exercise.title,
        status=_status(results, auto, exercise),
        auto=auto,
        manual=ManualPoints(possible=exercise.manual),
        checks=tuple(_check(result) for result in results),
        comparison=comparison,
        answers=tuple(answers),
    )


def _check(result: CheckResult) -> CheckReport:
    spec = result.spec
    return CheckReport(
        id=spec.id,
        title=spec.title,
        points=spec.points,
        earned=result.earned,
        status=result.status,
        visibility=spec.visibility,
        message=result.message,
        cells=result.cells,
    )


def _status(results: Sequence[CheckResult], auto: AutoPoints, exercise: Exercise) -> Status:
    """The state of an exercise from those of its checks; points that cannot be decided count neither way."""
    statuses = {result.status for result in results}
    if not results:
        return Status.PENDING if exercise.manual else Status.NOT_ATTEMPTED
    if Status.ERROR in statuses:
        return Status.ERROR
    if statuses <= {Status.NOT_ATTEMPTED, Status.UNDECIDED} and Status.NOT_ATTEMPTED in statuses:
        return Status.NOT_ATTEMPTED
    decided = _sum((auto.possible, -auto.undecided))
    if decided == 0:
        return Status.UNDECIDED
    if auto.earned >= decided:
        return Status.PASSED
    return Status.PARTIAL if auto.earned > 0 else Status.FAILED


def _comparison(submission: Submission, assignment: Assignment, exercise: Exercise) -> ArchitectureComparison | None:
    """The recognised network beside the expected one, at the exercise that defines it."""
    for entry in assignment.entries:
        described = entry.reference is None  # there is no expected chain that it could be laid beside
        if entry.exercises[:1] == (exercise.id,) and entry.name in submission.roles and not described:
            return _table(submission.roles[entry.name])
    return None


def _table(role: Role) -> ArchitectureComparison:
    rows = []
    for found, expected in align(role.chain.stages, role.network.chain.stages):
        agrees = found is not None and expected is not None and difference(found, expected) == 0
        rows.append(
            ArchitectureRow(
                found=None if found is None else found.describe(),
                expected=None if expected is None else expected.describe(),
                agrees=agrees,
            )
        )
    return ArchitectureComparison(
        title=role.network.name,
        rows=tuple(rows),
        found_parameters=role.chain.parameters or None,
        expected_parameters=parameters_with_paddings(role.chain, role.network.chain),
    )


def _run(evidence: Evidence) -> RunReport:
    return RunReport(
        seconds=evidence.run.seconds,
        cells=sum(cell.ordinal is not None for cell in evidence.cells),
        failed_cells=tuple(
            FailedCell(cell=cell.position, error=blank_words(cell) or cell.error)
            for cell in evidence.cells
            if cell.error is not None
        ),
        sandbox=evidence.run.sandbox,
        versions=evidence.run.versions,
    )


def _remarks(evidence: Evidence) -> tuple[str, ...]:
    remarks = [*evidence.remarks, *(event.text for event in evidence.of(Remark))]
    if evidence.run.dataset != "cifar10":
        remarks.append(
            f"The images served were not CIFAR-10 but {evidence.run.dataset_description}: accuracy points cannot be "
            "decided. `grader data` shows where CIFAR-10 is looked for."
        )
    if evidence.run.ended != "complete":
        remarks.append(f"The run ended early: {evidence.run.ended}.")
    remarks += _order_remarks(evidence)
    if evidence.of(LogFull):
        remarks.append("The notebook did more than can be recorded; what came last was not seen.")
    for event in evidence.of(ModelUnreadable):
        place = evidence.position(event.cell)
        remarks.append(f"A model of cell {place} could not be read ({event.reason}).")
    if not evidence.of(DataServed) and any(cell.ordinal is not None for cell in evidence.cells):
        remarks.append("The notebook never called `cifar10.load_data()`.")
    return tuple(dict.fromkeys(remarks))


def _order_remarks(evidence: Evidence) -> Iterator[str]:
    """Cells that failed for want of a name that only a later cell defines."""
    for cell in evidence.cells:
        missing = _UNDEFINED.match(cell.error or "")
        if missing is None:
            continue
        name = re.escape(missing[1])
        defines = re.compile(
            rf"^\s*(?:{name}\s*=[^=]|def {name}\b|class {name}\b|(?:from .*)?import .*\b{name}\b)", re.M
        )
        later = [other.position for other in evidence.cells[cell.position :] if defines.search(other.source)]
        if later:
            yield (
                f"Cell {cell.position} uses `{missing[1]}`, which only cell {later[0]} defines. Notebooks are run from "
                "top to bottom: «Restart and run all» shows what a reader gets."
            )


def _complain_about_points(assignment: Assignment, results: Sequence[CheckResult]) -> None:
    known = {exercise.id: exercise for exercise in assignment.exercises}
    for result in results:
        if result.spec.exercise not in known:
            raise AssignmentError(
                f"The check {result.spec.id} belongs to the exercise {result.spec.exercise}, which "
                f"{assignment.folder / 'assignment.toml'} does not have."
            )
    for exercise in known.values():
        points = _sum(result.spec.points for result in results if result.spec.exercise == exercise.id)
        if points != exercise.auto:
            raise AssignmentError(
                f"The checks of {exercise.id} are worth {points:g} points; "
                f"{assignment.folder / 'assignment.toml'} has {exercise.auto:g}."
            )


def _sum(points: Iterable[float]) -> float:
    return round(sum(points), 2)
