"""From evidence to report: run the checks of an assignment, add up the points, gather what people should know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from grader import tampering
from grader.answers import AnswersGiven, answer, placed
from grader.assignments import Assignment, Exercise
from grader.checks import CheckResult, Submission, run_checks
from grader.checks.blanks import blank_words
from grader.checks.deadline import limited
from grader.data import PreparedDataset
from grader.errors import AssignmentError
from grader.evidence import Evidence
from grader.faults import excused
from grader.intake import WrittenAnswer
from grader.models import Role, align, difference, parameters_with_paddings
from grader.remarks import remarks_on
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
from grader.training import Wish
from grader.verification import with_contradictions
from grader.verification.accuracy import Labels

__all__ = ["grade", "wishes"]

_SECONDS = 60.0
"""Time to recognise the networks of a notebook, and to compare its answers with them; either takes less than one."""


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
        dataset: the data set that was served, for the labels of its images; without it accuracy points
            stay undecided.
        answers: written answers by exercise, shown to whoever gives the manual points.
        loose_answers: those that stand under no exercise; shown at those of the network built before them.

    Raises:
        AssignmentError: if the checks cannot be run or their points do not add up to those of the rubric.
        OutOfTimeError: if the evidence keeps us busy for longer than that of any notebook should.
    """
    labels = _labels(evidence, dataset)
    evidence = with_contradictions(evidence, labels)
    with limited(_SECONDS):
        submission = Submission(evidence, assignment.networks(), labels, assignment.prompts())
    results = tampering.settled(
        evidence, run_checks(assignment.folder, submission), lambda earlier: _checked(earlier, assignment, labels)
    )
    results = excused(evidence, results)
    _complain_about_points(assignment, results)
    with limited(_SECONDS):
        exercises = _exercises(submission, assignment, results, answers or {}, loose_answers)
        remarks = remarks_on(evidence)
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
        remarks=(*remarks, *submission.remarks),
    )


def wishes(evidence: Evidence, assignment: Assignment, dataset: PreparedDataset) -> list[Wish]:
    """What the checks of the assignment would have trained, so that they can decide.

    Raises:
        AssignmentError, OutOfTimeError: as `grade` does.
    """
    labels = _labels(evidence, dataset)
    with limited(_SECONDS):
        submission = Submission(evidence, assignment.networks(), labels, assignment.prompts())
    run_checks(assignment.folder, submission)
    return submission.wishes


def _checked(evidence: Evidence, assignment: Assignment, labels: Labels | None) -> list[CheckResult]:
    """The results of all checks on other evidence of the same run."""
    with limited(_SECONDS):
        submission = Submission(evidence, assignment.networks(), labels, assignment.prompts())
    return run_checks(assignment.folder, submission)


def _labels(evidence: Evidence, dataset: PreparedDataset | None) -> Labels | None:
    """The labels of the images that were served; None where that data set is not at hand."""
    if dataset is None or dataset.digest != evidence.run.dataset_digest:
        return None
    served = dataset.load()
    return Labels(*(np.asarray(y, dtype=np.int64).reshape(-1) for y in (served.y_train, served.y_test)))


def _exercises(
    submission: Submission,
    assignment: Assignment,
    results: Sequence[CheckResult],
    answers: AnswersGiven,
    loose_answers: Sequence[WrittenAnswer],
) -> tuple[ExerciseReport, ...]:
    loose = placed(submission, loose_answers)
    return tuple(
        _exercise(
            exercise,
            [result for result in results if result.spec.exercise == exercise.id],
            _comparison(submission, assignment, exercise),
            [
                answer(submission, exercise, given)
                for given in (*answers.get(exercise.id, ()), *loose.get(exercise.id, ()))
                if exercise.manual
            ],
        )
        for exercise in assignment.exercises
    )


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
