"""Where CIFAR-10 comes from: what the user names, else the Keras cache, else the generated stand-in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError

from . import files, standin
from .dataset import Dataset, UnusableDataError
from .identity import identify

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Candidate",
    "DatasetSource",
    "Place",
    "find_dataset",
    "keras_copy",
    "keras_datasets",
    "stand_in_for",
    "survey",
]

REMEDY = (
    "Give an .npz file with x_train, y_train, x_test and y_test, or the folder cifar-10-batches-py "
    "as its authors publish it, or run `grader data --download`."
)


class Place(str, Enum):
    """A place to look at, in the order in which they are tried."""

    OPTION = "--data"
    ENVIRONMENT = "$GRADER_DATA"
    KERAS_CACHE = "Keras cache"
    GENERATED = "generated"

    @property
    def named_by_user(self) -> bool:
        """Whether somebody asked for this very data set: then nothing else may take its place silently."""
        return self in {Place.OPTION, Place.ENVIRONMENT}


@dataclass(frozen=True)
class DatasetSource:
    """A data set that was found but not read yet; `path` is its file or folder, None for the stand-in."""

    place: Place
    path: Path | None = None
    notes: tuple[str, ...] = ()
    """What a person should know about the choice, a sentence each."""

    @property
    def description(self) -> str:
        """Where the images come from, for people."""
        if self.path is None:
            return "generated stand-in for CIFAR-10"
        return f"{self.path} ({self.place.value})"

    @property
    def stamp(self) -> str:
        """Path, sizes and times of the files, or the stand-in's version: changes whenever the data may have.

        Raises:
            UsageError: when a file of the data set is missing.

        """
        if self.path is None:
            return f"stand-in {standin.VERSION}"
        try:
            states = [(file.name, file.stat()) for file in files.constituents(self.path)]
        except OSError as error:
            raise self._unusable(f"lacks {Path(error.filename).name}") from error
        return "\n".join(
            [
                str(self.path.resolve()),
                *(f"{name} {state.st_size} {state.st_mtime_ns}" for name, state in states),
            ]
        )

    def read(self) -> Dataset:
        """The whole data set, validated.

        Raises:
            UsageError: naming the file, what is wrong with it and what to do.

        """
        if self.path is None:
            return standin.generate()
        try:
            return files.read(self.path)
        except UnusableDataError as error:
            raise self._unusable(str(error)) from error

    def _unusable(self, fault: str) -> UsageError:
        return _usage_error(self.place, self.path, fault)


@dataclass(frozen=True)
class Candidate:
    """What one place holds. `fault` is set where something is there that cannot be used."""

    place: Place
    path: Path | None
    name: str | None = None
    """``cifar10``, ``stand-in``, or None where there is nothing to use."""
    fault: str | None = None
    chosen: bool = False

    @property
    def found(self) -> bool:
        """Whether there is anything at this place, usable or not."""
        return self.name is not None or self.fault is not None


def find_dataset(path: Path | None = None, env: Mapping[str, str] = os.environ) -> DatasetSource:
    """The data set to use: `path` (``--data``), ``$GRADER_DATA``, the Keras cache, else the stand-in.

    Looks at names only, so that it is fast; `DatasetSource.read` looks at the content.

    A Keras cache that is there but broken is passed over with a note.

    Raises:
        UsageError: when what the user named is missing or in no known form. It is never passed over.

    """
    for place, named in _places(path, env):
        if named is None:
            continue
        try:
            return DatasetSource(place, files.locate(named))
        except UnusableDataError as error:
            fault = _usage_error(place, named, str(error))
            if place.named_by_user:
                raise fault from error
            return stand_in_for(fault)
    return DatasetSource(Place.GENERATED)


def stand_in_for(fault: UsageError) -> DatasetSource:
    """The stand-in where something nobody asked for turned out to be unusable, with a note that says so."""
    return DatasetSource(Place.GENERATED, notes=(f"The stand-in was taken instead. {fault}",))


def survey(path: Path | None = None, env: Mapping[str, str] = os.environ) -> tuple[Candidate, ...]:
    """Every place with what it holds, read and verified; the first usable one is `chosen`.

    Something unusable that the user named is an error to `find_dataset`, so nothing after it is chosen.
    """
    candidates: list[Candidate] = []
    decided = False
    for place, named in _places(path, env):
        candidate = _examined(place, named)
        blocks = place.named_by_user and candidate.fault is not None
        if candidate.name is not None and not decided:
            candidate = Candidate(candidate.place, candidate.path, candidate.name, chosen=True)
        decided = decided or candidate.chosen or blocks
        candidates.append(candidate)
    return tuple(candidates)


def keras_datasets(env: Mapping[str, str] = os.environ) -> Path:
    """The folder in which Keras keeps the data sets it has downloaded."""
    return Path(env.get("KERAS_HOME") or Path("~/.keras")).expanduser() / "datasets"


def keras_copy(env: Mapping[str, str] = os.environ) -> Path | None:
    """Where Keras unpacked CIFAR-10: the folder of Keras 3, else that of earlier versions, else None."""
    folders = (keras_datasets(env) / name for name in reversed(files.NESTED_FOLDERS))
    return next((folder for folder in folders if folder.is_dir()), None)


def _places(path: Path | None, env: Mapping[str, str]) -> list[tuple[Place, Path | None]]:
    """Each place with the path to look at, None where there is nothing to look at."""
    variable = env.get("GRADER_DATA")
    return [
        (Place.OPTION, path),
        (Place.ENVIRONMENT, Path(variable).expanduser() if variable else None),
        (Place.KERAS_CACHE, keras_copy(env)),
        (Place.GENERATED, None),
    ]


def _examined(place: Place, named: Path | None) -> Candidate:
    if place is Place.GENERATED:
        return Candidate(place, None, "stand-in")
    if named is None:
        return Candidate(place, None)
    try:
        located = files.locate(named)
        return Candidate(place, located, identify(files.read(located)))
    except UnusableDataError as error:
        return Candidate(place, named, fault=str(error))


def _usage_error(place: Place, path: Path | None, fault: str) -> UsageError:
    return UsageError(f"{place.value} {path}: {fault}. {REMEDY}")
