"""What checks are written with: the marker, the outcomes, the submission, and questions that assignments share."""

from grader.checks.outcomes import fail, not_attempted, partial, undecided
from grader.checks.plugin import CheckResult, CheckSpec, check, run_checks
from grader.checks.submission import FitRun, Submission

__all__ = [
    "CheckResult",
    "CheckSpec",
    "FitRun",
    "Submission",
    "check",
    "fail",
    "not_attempted",
    "partial",
    "run_checks",
    "undecided",
]
