"""Errors by who is to blame: the submission, the assignment, the user's command, or ourselves.

Each carries the exit code of the command line, so that a new error cannot be forgotten there.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = ["AssignmentError", "GraderError", "InfrastructureError", "SubmissionError", "UsageError", "reason"]


class GraderError(Exception):
    """An error that a person reads without a traceback: what happened, where, and what to do."""

    exit_code: ClassVar[int] = 4


class UsageError(GraderError):
    """The command asks for something that is not there or does not fit together."""

    exit_code: ClassVar[int] = 2


class SubmissionError(GraderError):
    """The file handed in cannot be read as a notebook."""

    exit_code: ClassVar[int] = 3


class AssignmentError(GraderError):
    """An assignment folder is incomplete or contradicts itself."""


class InfrastructureError(GraderError):
    """Our own fault or the machine's: never a reason to take a student's points."""


def reason(error: Exception) -> str:
    """What went wrong in words for whoever reads a report: what only helps to find a bug is left to the log."""
    if isinstance(error, GraderError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"an error of grader itself ({type(error).__name__}); --debug shows more"
