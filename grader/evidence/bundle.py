"""The evidence of one run: what its cells said and what the recorder saw; data only, checked at the border."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from grader.errors import InfrastructureError, UsageError
from grader.evidence.schema import Event
from grader.files import could_not_write, write_whole
from grader.toml import first_fault

__all__ = ["CellRun", "Evidence", "EvidenceError", "RunFacts", "parse_event"]

MAX_BYTES = 256 * 2**20
MAX_LINE = 4 * 2**20
"""Bytes of one event; the largest of real notebooks are below a hundred thousand."""
_FEW = 100
_LONGEST = 300

E = TypeVar("E", bound=BaseModel)


class EvidenceError(InfrastructureError):
    """Events or a stored bundle that are not what the recorder writes."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CellRun(_Frozen):
    """One cell of the notebook and what became of it.

    Attributes:
        position: 1-based, counting every cell of the notebook.
        kind: ``code``, ``markdown`` or ``raw``.
        source: as handed in.
        exercises: those that tags or headings name for it.
        ordinal: place among the code cells that were run, from 0; None for a cell that was not run.
        text: printed text and text of results, in order.
        error: last line of the error, None if the cell ran through.
        timed_out: whether it was interrupted at its limit.
    """

    position: int
    kind: Literal["code", "markdown", "raw"]
    source: str
    exercises: tuple[str, ...] = ()
    ordinal: int | None = None
    text: str = ""
    error: str | None = None
    timed_out: bool = False


class RunFacts(_Frozen):
    """What was run, on what, and how it ended.

    `ended` is ``complete``, or why the cells after some point were not run. `fault` says what of our own or of the
    machine broke the run; nothing is held against the submission then.
    """

    submission: str
    effort: Literal["sketch", "short", "full"]
    dataset: Literal["cifar10", "stand-in"]
    dataset_description: str
    dataset_digest: str
    seed: int
    seconds: float
    sandbox: str
    versions: dict[str, str]
    ended: str = "complete"
    fault: str | None = None

    @property
    def trains(self) -> bool:
        """Whether the notebook's own trainings were done as asked for, and not sketched."""
        return self.effort == "full"


class Evidence(_Frozen):
    """Everything that a grading may use."""

    schema_id: Literal["grader/evidence/v1"] = Field(default="grader/evidence/v1", alias="schema")
    run: RunFacts
    cells: tuple[CellRun, ...]
    events: tuple[Event, ...]
    remarks: tuple[str, ...] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="after")
    def _cells_are_numbered(self) -> Evidence:
        if [cell.position for cell in self.cells] != list(range(1, len(self.cells) + 1)):
            raise ValueError("the positions of cells are not 1, 2, 3 and so on")
        ordinals = [cell.ordinal for cell in self.cells if cell.ordinal is not None]
        if ordinals != list(range(len(ordinals))):
            raise ValueError("the ordinals of cells are not 0, 1, 2 and so on")
        return self

    def of(self, kind: type[E]) -> list[E]:
        """The events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {cell.ordinal: cell.position for cell in self.cells if cell.ordinal is not None}

    def position(self, ordinal: int) -> int:
        """1-based position in the notebook of the code cell with that ordinal; 0 for none."""
        return self._positions.get(ordinal, 0)

    def cell(self, ordinal: int) -> CellRun | None:
        """The code cell with that ordinal."""
        position = self.position(ordinal)
        return self.cells[position - 1] if position else None

    def save(self, path: Path) -> None:
        """Write the bundle; whoever reads it sees the old file or the new one, never half of it.

        Raises:
            UsageError: if it cannot be written there.
            InfrastructureError: if the disk is full or broken.
        """
        try:
            write_whole({path: self.model_dump_json(by_alias=True)})
        except OSError as error:
            raise could_not_write(error, str(path), "Name a place for --evidence that can be written.") from error

    @classmethod
    def load(cls, path: Path) -> Evidence:
        """Read a bundle that `save` wrote.

        Raises:
            UsageError: if there is no such file.
            EvidenceError: if it is not a bundle.
        """
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}. Name a file that --evidence wrote.") from error
        if len(raw) > MAX_BYTES:
            raise EvidenceError(f"{path}: {len(raw)} bytes are more than evidence may have ({MAX_BYTES}).")
        try:
            return cls.model_validate_json(raw)
        except ValidationError as error:
            raise EvidenceError(f"{path} is no evidence of this version: {_fault(error)}") from None


_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def parse_event(line: bytes) -> Event:
    """The event that a line of a kernel's log holds; whatever bytes these are, they make an event or this error.

    Raises:
        EvidenceError: if it is none; the message names the first fault and is short.
    """
    if len(line) > MAX_LINE:
        raise EvidenceError(f"{len(line)} bytes are more than an event may have ({MAX_LINE})")
    try:
        return _EVENT.validate_json(line)
    except ValidationError as error:
        raise EvidenceError(_fault(error)) from None


def _fault(error: ValidationError) -> str:
    """The first fault, clipped, as it quotes what was sent; a million of them would take minutes to list."""
    if error.error_count() > _FEW:
        return f"{error.error_count()} faults"
    return first_fault(error)[:_LONGEST]
