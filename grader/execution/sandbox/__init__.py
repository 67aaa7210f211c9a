"""What keeps a notebook's code from everything that is not its own: several ways behind one interface."""

from grader.execution.sandbox.base import Enclosure, Sandbox
from grader.execution.sandbox.selection import SANDBOXES, Trial, choose, complain_about_sandbox, survey

__all__ = [
    "SANDBOXES",
    "Enclosure",
    "Sandbox",
    "Trial",
    "choose",
    "complain_about_sandbox",
    "survey",
]
