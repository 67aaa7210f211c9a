"""The assignments: one folder each, with ``assignment.toml`` and the checks in ``test_*.py``."""

from grader.assignments.loader import Assignment, Exercise, available, load_assignment

__all__ = ["Assignment", "Exercise", "available", "load_assignment"]
