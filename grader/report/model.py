"""The report: what a grading found, as data that every renderer and gradebook shares.

`Report.to_json` is the fixed interchange format ``grader/report/v1``. Fields marked ``exclude=True`` are for
people only (the architecture table, written answers) and are left out of it.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Answer",
    "ArchitectureComparison",
    "ArchitectureRow",
    "AutoPoints",
    "CheckReport",
    "Claim",
    "ExerciseReport",
    "FailedCell",
    "ManualPoints",
    "Report",
    "RunReport",
    "Status",
]


# They stand in strings only, where JSON may name them instead: a reader of lines takes the first ones for line ends,
# and an editor or a terminal shows the text around the others in another order.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Status(str, Enum):
    """How a check or an exercise ended."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    NOT_ATTEMPTED = "not_attempted"
    UNDECIDED = "undecided"
    """Accuracy points that this effort or data set cannot decide."""
    PENDING = "pending"
    """Manual points that wait for a person."""
    ERROR = "error"
    """Our own fault; no reason to take points."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AutoPoints(_Frozen):
    """Points that checks decide. `undecided` of the `possible` ones could not be decided in this run."""

    earned: float
    possible: float
    undecided: float = 0


class ManualPoints(_Frozen):
    """Points that a person gives; `given` is None until then."""

    given: float | None = None
    possible: float = 0


class ArchitectureRow(_Frozen):
    """One layer as recognised beside the layer expected there; None where one side has no such layer."""

    found: str | None
    expected: str | None
    agrees: bool


class ArchitectureComparison(_Frozen):
    """A recognised network beside the expected one, layer by layer, with total parameter counts."""

    title: str
    rows: tuple[ArchitectureRow, ...]
    found_parameters: int | None = None
    expected_parameters: int | None = None


class Claim(_Frozen):
    """A number in a written answer beside what the run has of that kind; it decides no points.

    `said` is the number as written. `agrees` is None where this run cannot tell.
    """

    quantity: Literal["parameters", "accuracy"]
    said: str
    finding: str
    agrees: bool | None


class Answer(_Frozen):
    """A written answer: the markdown of one cell (1-based position in the notebook), and the question on one line."""

    cell: int
    text: str
    question: str = ""
    claims: tuple[Claim, ...] = ()


class CheckReport(_Frozen):
    """One check: its title says what is right, its message what was found, what was expected and why.

    `cells` are 1-based positions in the notebook, counting every cell.
    """

    id: str
    title: str
    points: float
    earned: float
    status: Status
    visibility: Literal["public", "hidden"] = "public"
    message: str = ""
    cells: tuple[int, ...] = ()


class ExerciseReport(_Frozen):
    """One exercise of the rubric with its points and checks."""

    id: str
    title: str
    status: Status
    auto: AutoPoints
    manual: ManualPoints
    checks: tuple[CheckReport, ...]
    comparison: ArchitectureComparison | None = Field(default=None, exclude=True)
    answers: tuple[Answer, ...] = Field(default=(), exclude=True)


class FailedCell(_Frozen):
    """A cell that did not run through: 1-based position and the last line of its error."""

    cell: int
    error: str


class RunReport(_Frozen):
    """What was executed: wall seconds, number of code cells, cells that failed, sandbox, versions by package."""

    seconds: float
    cells: int
    failed_cells: tuple[FailedCell, ...]
    sandbox: str
    versions: dict[str, str]


class Report(_Frozen):
    """The whole result for one submission."""

    schema_id: Literal["grader/report/v1"] = Field(default="grader/report/v1", alias="schema")
    assignment: str
    assignment_title: str = Field(default="", exclude=True)
    submission: str
    effort: Literal["sketch", "short", "full"]
    dataset: str
    """``cifar10`` for the real images, ``stand-in`` for generated ones."""
    auto: AutoPoints
    manual: ManualPoints
    exercises: tuple[ExerciseReport, ...]
    run: RunReport
    remarks: tuple[str, ...] = ()
    audience: Literal["students", "staff"] = Field(default="students", exclude=True)
    """Who may read it: renderers leave out what students may not see, unless it is for staff."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def to_json(self) -> str:
        """The report in the format ``grader/report/v1``, indented, UTF-8 text with a final newline."""
        text = self.model_dump_json(by_alias=True, indent=2)
        return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"
