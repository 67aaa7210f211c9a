"""Who may read what: the one place that decides which parts of a report a student sees.

Every renderer passes its report through `for_students` first, so that no format leaks a hidden check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.report.model import CheckReport, ExerciseReport, Report

__all__ = ["for_students"]


def for_students(report: Report) -> Report:
    """Return a copy in which hidden checks keep title, points and status, but neither message nor cells."""
    exercises = tuple(_exercise(exercise) for exercise in report.exercises)
    return report.model_copy(update={"exercises": exercises})


def _exercise(exercise: ExerciseReport) -> ExerciseReport:
    return exercise.model_copy(update={"checks": tuple(_check(check) for check in exercise.checks)})


def _check(check: CheckReport) -> CheckReport:
    if check.visibility == "public":
        return check
    return check.model_copy(update={"message": "", "cells": ()})
