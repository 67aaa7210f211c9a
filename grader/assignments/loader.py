"""Assignments: what an assignment folder says about its exercises and networks."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

import reference
from grader.errors import AssignmentError, UsageError
from grader.intake import ExerciseHeading
from grader.models import Chain, Network, expected_chain
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
    numbered: bool = True
    """Whether the number in its id is that of the exercise in the assignment's text."""
    questions: tuple[int, ...] = ()
    """Numbers of questions that are to be answered in words for it."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers by which a heading may name it: those in its id."""
        return tuple(int(number) for number in re.findall(r"\d+", self.id)[:1]) if self.numbered else ()


Place = Annotated[str, Field(pattern=r"^[\w.]+:\w+$")]
"""A name in a module, as ``module:NAME``; the module may be a file of the assignment's folder."""


class NetworkEntry(_Strict):
    """A network that exercises ask for: to the letter (`reference`, a table of layers) or by a description.

    A description is a function of a recorded model (`grader.models.Candidate`) that tells how well it answers, from
    0 to 1.
    """

    name: str
    reference: Place | None = None
    likeness: Place | None = None
    extends: str | None = None
    """The name of an earlier network that this one goes on from."""
    exercises: tuple[str, ...]
    words: tuple[Pattern, ...] = ()

    @model_validator(mode="after")
    def _one_of_two(self) -> NetworkEntry:
        if (self.reference is None) == (self.likeness is None):
            raise ValueError(f"«{self.name}» has to have either a reference or a likeness.")
        return self


class ProbeEntry(_Strict):
    """A question put to a class or function of the notebook after its last cell; see `grader.kernel.probes`.

    `pattern` tells the names by which it is known before all others, `arguments` what it is given, in order.
    """

    name: str
    kind: Literal["layer", "function"]
    pattern: Pattern
    arguments: dict[str, int | bool | tuple[int, ...]] = Field(min_length=1)
    shape: tuple[int, ...] = ()


class _File(_Strict):
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    signs: tuple[Pattern, ...] = ()
    networks: tuple[NetworkEntry, ...] = ()
    probes: tuple[ProbeEntry, ...] = ()
    replays: bool = False
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
    probes: tuple[ProbeEntry, ...] = ()
    replays: bool = False
    """Whether cells are run again with made-up predictions: needed for questions about the first prediction."""

    @property
    def headings(self) -> tuple[ExerciseHeading, ...]:
        """How headings of a notebook may name the exercises: by number, or by the network they are about."""
        words = {exercise: entry.words for entry in self.entries for exercise in entry.exercises}
        return tuple(
            ExerciseHeading(
                exercise.id,
                exercise.numbers,
                (*exercise.words, *words.get(exercise.id, ())),
                exercise.questions,
            )
            for exercise in self.exercises
        )

    def prompts(self) -> tuple[str, ...]:
        """The texts of the template, which are no answers of a student's; none for an assignment without one."""
        # Imported here: `python -m grader.assignments.template` must not find itself imported already.
        from grader.assignments.template import prompts

        source = self.source
        return () if source is None else prompts(source.read_text(encoding="utf-8"))

    @property
    def source(self) -> Path | None:
        """The file that template and solved notebook are made from; None for an assignment without one."""
        own = self.folder / "notebook.py"
        ours = Path(reference.__file__).parent / "notebooks" / f"{self.id.replace('-', '_')}.py"
        return next((file for file in (own, ours) if file.is_file()), None)

    def networks(self) -> tuple[Network, ...]:
        """The networks: with their expected chains from the reference, or with what tells how well a model answers.

        Raises:
            AssignmentError: if what an entry names cannot be had.
        """
        return tuple(_network(self, entry) for entry in self.entries)


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
    return Assignment(
        content.id,
        content.title,
        folder.resolve(),
        content.exercises,
        content.networks,
        content.signs,
        content.probes,
        content.replays,
    )


def _network(assignment: Assignment, entry: NetworkEntry) -> Network:
    if entry.reference is not None:
        table = _named(assignment, entry.name, "reference", entry.reference)
        return Network(entry.name, expected_chain(table), entry.exercises, extends=entry.extends)
    likeness = _named(assignment, entry.name, "likeness", entry.likeness or "")
    return Network(entry.name, Chain((), 0), entry.exercises, likeness, entry.extends)


def _named(assignment: Assignment, network: str, what: str, place: str) -> Any:
    """What ``module:NAME`` names."""
    module, _, name = place.partition(":")
    try:
        return getattr(_module(assignment, module), name)
    except (ImportError, AttributeError, OSError, SyntaxError) as error:
        raise AssignmentError(
            f"{assignment.folder / 'assignment.toml'}: {network} names the {what} {place}, "
            f"which cannot be had ({error})."
        ) from None


def _module(assignment: Assignment, name: str) -> ModuleType:
    """A module of the assignment's folder, else one that is installed."""
    file = assignment.folder / f"{name}.py"
    if not file.is_file():
        return importlib.import_module(name)
    # Not by its bare name: another assignment's folder may have a file of that name, too.
    spec = importlib.util.spec_from_file_location(f"{assignment.id}.{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # data classes look their module up
    spec.loader.exec_module(module)
    return module


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
    for place, network in enumerate(content.networks):
        if network.extends is not None and network.extends not in [one.name for one in content.networks[:place]]:
            raise AssignmentError(f"{file}: {network.name} extends {network.extends}, which is no network before it.")
