"""Who may read what: the one place that decides which parts of a report a student sees.

Every renderer passes its report through `for_students` first, so that no format leaks a hidden check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.report.model import CheckReport, ExerciseReport, Report

__all__ = ["for_staff", "for_students"]

_NOT_FOR_STUDENTS = "This report shows what hidden checks found: it is not for students."


def for_students(report: Report) -> Report:
    """Return what students may read, unless the report is for staff.

    Hidden checks keep title, points and status, but neither message nor cells. The network beside the expected one is
    left out where a check of its exercise is hidden: it would tell what that check expects.
    """
    if report.audience == "staff":
        return report
    exercises = tuple(_exercise(exercise) for exercise in report.exercises)
    return report.model_copy(update={"exercises": exercises})


def for_staff(report: Report) -> Report:
    """Return the report as teachers may read it, with all that hidden checks found, and a remark that says so."""
    if all(check.visibility == "public" for exercise in report.exercises for check in exercise.checks):
        return report
    return report.model_copy(update={"audience": "staff", "remarks": (_NOT_FOR_STUDENTS, *report.remarks)})


def _exercise(exercise: ExerciseReport) -> ExerciseReport:
    if all(check.visibility == "public" for check in exercise.checks):
        return exercise
    checks = tuple(_check(check) for check in exercise.checks)
    return exercise.model_copy(update={"checks": checks, "comparison": None})


def _check(check: CheckReport) -> CheckReport:
    if check.visibility == "public":
        return check
    return check.model_copy(update={"message": "", "cells": ()})
