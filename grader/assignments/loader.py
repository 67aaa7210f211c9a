"""Assignments: what an assignment folder says about its exercises and networks."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

import reference
from grader.errors import AssignmentError, UsageError
from grader.intake import ExerciseHeading
from grader.models import Network, expected_chain
from grader.toml import first_fault, read_toml

__all__ = ["Assignment", "Exercise", "available", "load_assignment"]

FOLDER = Path(__file__).resolve().parent


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"«{text}» is no regular expression: {error}") from None
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Exercise(_Strict):
    """An exercise of the rubric: points that checks decide and points that a person gives."""

    id: str = Field(pattern=r"^[a-z0-9.]+$")
    title: str
    auto: float = Field(ge=0)
    manual: float = Field(default=0, ge=0)
    words: tuple[Pattern, ...] = ()
    """Regular expressions for headings that name the exercise by words."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers by which a heading may name it: those in its id."""
        return tuple(int(number) for number in re.findall(r"\d+", self.id)[:1])


class NetworkEntry(_Strict):
    """A network that exercises ask for; `reference` names its table as ``module:NAME``."""

    name: str
    reference: str = Field(pattern=r"^[\w.]+:\w+$")
    exercises: tuple[str, ...]
    words: tuple[Pattern, ...] = ()


class _File(_Strict):
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    signs: tuple[Pattern, ...] = ()
    networks: tuple[NetworkEntry, ...] = ()
    exercises: tuple[Exercise, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Assignment:
    """An assignment and the folder that holds its checks."""

    id: str
    title: str
    folder: Path
    exercises: tuple[Exercise, ...]
    entries: tuple[NetworkEntry, ...]
    signs: tuple[str, ...] = ()
    """Regular expressions that tell notebooks of this assignment from those of others."""

    @property
    def headings(self) -> tuple[ExerciseHeading, ...]:
        """How headings of a notebook may name the exercises: by number, or by the network they are about."""
        words = {exercise: entry.words for entry in self.entries for exercise in entry.exercises}
        return tuple(
            ExerciseHeading(exercise.id, exercise.numbers, (*exercise.words, *words.get(exercise.id, ())))
            for exercise in self.exercises
        )

    def prompts(self) -> tuple[str, ...]:
        """The texts of the template, which are no answers of a student's; none for an assignment without one."""
        # Imported here: `python -m grader.assignments.template` must not find itself imported already.
        from grader.assignments.template import prompts

        source = Path(reference.__file__).parent / "notebooks" / f"{self.id.replace('-', '_')}.py"
        return prompts(source.read_text(encoding="utf-8")) if source.is_file() else ()

    def networks(self) -> tuple[Network, ...]:
        """The networks with their expected chains, from the reference."""
        return tuple(
            Network(entry.name, expected_chain(_table(self, entry)), entry.exercises) for entry in self.entries
        )


def available() -> list[str]:
    """The ids of the assignments that come with grader."""
    return sorted(path.parent.name for path in FOLDER.glob("*/assignment.toml"))


def load_assignment(name: str) -> Assignment:
    """The assignment of that id, or of a folder outside the package if `name` is a path.

    Raises:
        UsageError: if there is none.
        AssignmentError: if its ``assignment.toml`` is not as it should be.
    """
    folder = FOLDER / name if name in available() else Path(name)
    file = folder / "assignment.toml"
    if not _is_file(file):
        raise UsageError(
            f"There is no assignment «{name}». Known: {', '.join(available())}; "
            "or name a folder with an assignment.toml."
        )
    try:
        content = _File.model_validate(read_toml(file))
    except ValidationError as error:
        raise AssignmentError(f"{file}: {first_fault(error)}") from None
    _complain_about_names(file, content)
    return Assignment(content.id, content.title, folder.resolve(), content.exercises, content.networks, content.signs)


def _table(assignment: Assignment, entry: NetworkEntry) -> Sequence[Any]:
    module, _, name = entry.reference.partition(":")
    try:
        table: Sequence[Any] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise AssignmentError(
            f"{assignment.folder / 'assignment.toml'}: {entry.name} names the reference {entry.reference}, "
            f"which cannot be had ({error})."
        ) from None
    return table


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # no name that a file could have
        return False


def _complain_about_names(file: Path, content: _File) -> None:
    exercises = [exercise.id for exercise in content.exercises]
    for kind, names in (("exercise", exercises), ("network", [network.name for network in content.networks])):
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise AssignmentError(f"{file}: the {kind} {twice[0]} stands there twice.")
    for network in content.networks:
        for name in network.exercises:
            if name not in exercises:
                raise AssignmentError(f"{file}: {network.name} names the exercise {name}, which is not there.")
