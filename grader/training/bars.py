"""Accuracy bars: what the course names, or what the reference reaches, with the runs that say so."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from grader.errors import AssignmentError
from grader.toml import first_fault, read_toml

__all__ = ["ATTEMPTS", "CALIBRATION", "DEVIATIONS", "Bar", "Calibration", "read_bars", "read_calibrations"]

DEVIATIONS = 3
"""Standard deviations between the mean of the reference and its bar."""
CALIBRATION = "calibration.toml"
"""Name of the file, beside ``bars.toml``, that `grader calibrate` writes."""

ATTEMPTS = 2
"""Seeds from which a network has to miss its bar before that is held against it: one miss of a right one is rare, but
not rare enough (see the simulation in ``tests/training/test_fairness.py``)."""
_SAME_IMAGES = 0.95
_SLOWEST = 5
"""How many times slower than the reference a network may learn before it is too slow."""

Accuracy = Annotated[float, Field(ge=0, le=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Calibration(_Frozen):
    """What the reference of an exercise reached after so many steps, on all test images, over seeds.

    Attributes:
        network: name of the bar.
        dataset: name and, as `dataset_digest`, SHA-256 of the data that it was trained on.
        recipe: digest of what was trained (see `grader.training.recipe`).
        steps: batches of `batch_size` images; an epoch has `images`.
        mean, sd: of `accuracies`, one for each of `seeds`; the deviation is that of the sample.
        seconds: mean wall clock of a training up to there.
        machine, versions: where and with what it was trained.
    """

    network: str
    dataset: str
    dataset_digest: str
    recipe: str
    steps: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    images: int = Field(gt=0)
    mean: Accuracy
    sd: float = Field(ge=0)
    seeds: tuple[int, ...]
    accuracies: tuple[Accuracy, ...] = Field(min_length=2)
    seconds: float = Field(ge=0)
    machine: str
    versions: dict[str, str]

    @model_validator(mode="after")
    def _adds_up(self) -> Calibration:
        mean, sd = float(np.mean(self.accuracies)), float(np.std(self.accuracies, ddof=1))
        if len(self.seeds) != len(self.accuracies):
            raise ValueError(f"{len(self.seeds)} seeds and {len(self.accuracies)} accuracies")
        if not (math.isclose(mean, self.mean, abs_tol=6e-5) and math.isclose(sd, self.sd, abs_tol=6e-5)):
            raise ValueError(f"mean and sd of the accuracies are {mean:.4f} and {sd:.4f}")
        return self

    @property
    def least(self) -> float:
        """The bar: mean − 3 standard deviations, and no less than nothing."""
        return max(0.0, self.mean - DEVIATIONS * self.sd)


class Bar(_Frozen):
    """The accuracy that a solution has to reach.

    Attributes:
        network: its name.
        dataset: on which it is decided, and on no other.
        named: the share of right answers that the course asks for, where it asks for one.
        steps: how many batches are worth training for it; 0 where none are, short of the whole.
        allowance: by how much a right solution may stay below the reference when the notebook itself trains it, for
            reasons that are no fault of it.
        calibrations: what the reference reaches, by steps.
    """

    network: str
    dataset: str
    named: float | None = Field(default=None, gt=0, lt=1)
    steps: int = Field(default=0, ge=0)
    allowance: float = Field(default=0.0, ge=0, lt=1)
    calibrations: tuple[Calibration, ...] = ()

    def calibration(self, steps: int) -> Calibration | None:
        """That for exactly so many steps."""
        return next((one for one in self.calibrations if one.steps == steps), None)

    def comparable(self, steps: int, batch_size: int, images: int) -> Calibration | None:
        """What the reference reaches in so many steps of the same kind; None where it was not calibrated for them.

        A figure that the course names is about the whole training, and about no number of steps.
        """
        found = self.calibration(steps)
        alike = found is not None and found.batch_size == batch_size and images >= _SAME_IMAGES * found.images
        return found if alike and self.named is None else None

    def damning(self, recipe: str | None, steps: int, batch_size: int, images: int) -> float | None:
        """Below which share a network has failed that was trained for so many steps and not to its end.

        None where that says nothing. What computes the same as the reference (by its `recipe`) has to reach its bar.
        Anything else may only be slower: it has failed when it stays below what the reference reaches in a fifth of
        the steps.
        """
        calibrated = self.comparable(steps, batch_size, images)
        if calibrated is None or recipe == calibrated.recipe:
            return None if calibrated is None else calibrated.least
        early = [one for one in self.calibrations if _SLOWEST * one.steps <= steps and one.batch_size == batch_size]
        return max(early, key=lambda one: one.steps).least if early else None

    @property
    def is_known(self) -> bool:
        """Whether the course names it or the reference was trained for it."""
        return self.named is not None or bool(self.calibrations)

    @property
    def whole(self) -> Calibration | None:
        """That of the longest training: the exercise's own, if it was calibrated as far as that."""
        return max(self.calibrations, key=lambda one: one.steps, default=None)

    @property
    def value(self) -> float:
        """What a network trained as the exercise asks has to reach; more than can be, where nothing is known."""
        if self.named is not None:
            return self.named
        return 1.0 if self.whole is None else self.whole.least - self.allowance

    def after(self, steps: int) -> float:
        """What a network trained for so many steps has to reach to pass.

        The course's own figure holds whatever the steps; else the bar for these steps, or for the whole where there is
        none.
        """
        found = self.calibration(steps)
        return self.value if self.named is not None or found is None else found.least

    @property
    def words(self) -> str:
        """Where the bar comes from, as a clause."""
        if self.named is not None:
            return f"the assignment asks for {self.named:.0%}"
        if self.whole is None:
            return "what it reaches is not known"
        return f"trained by the protocol it reaches {self.whole.mean:.1%}"


def read_bars(file: Path) -> dict[str, Bar]:
    """The bars of an assignment by network, with the calibrations that stand beside them.

    Raises:
        AssignmentError: if one of the files is not as `Bar` and `Calibration` say.
    """
    known = read_calibrations(file.with_name(CALIBRATION))
    try:
        entries = read_toml(file).get("bars", ())
        bars = [
            Bar.model_validate({**entry, "calibrations": [one for one in known if one.network == entry.get("network")]})
            for entry in entries
        ]
    except ValidationError as error:
        raise AssignmentError(f"{file}: {first_fault(error)}") from None
    return {bar.network: bar for bar in bars}


def read_calibrations(file: Path) -> list[Calibration]:
    """The calibrations in a file; none where there is no file.

    Raises:
        AssignmentError: if it is not as `Calibration` says.
    """
    if not file.is_file():
        return []
    try:
        return [Calibration.model_validate(entry) for entry in read_toml(file).get("calibrations", ())]
    except ValidationError as error:
        raise AssignmentError(f"{file}: {first_fault(error)}") from None
