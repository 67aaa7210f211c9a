"""The submission as checks see it: the evidence, arranged by what exercises ask about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from grader.checks.blanks import builds_layers, is_blank
from grader.checks.outcomes import fail, not_attempted
from grader.evidence import CellRun, Evidence
from grader.evidence.drawings import AxesDrawn
from grader.evidence.schema import (
    Compile,
    Evaluation,
    Figure,
    Fit,
    FitEnd,
    Histories,
    ModelSnapshot,
    Prediction,
    Summary,
)
from grader.evidence.values import CompileSettings, DataGiven, Rows
from grader.models import Chain, Network, Role, attribute, chain_of
from grader.training import Wish
from grader.verification.accuracy import Labels

__all__ = ["MISTAKEN_IN_DISGUISE", "FitRun", "Submission"]

MISTAKEN_IN_DISGUISE = 0.06
"""Share of rows that may be taken for images of the other set: of training images that were shifted or turned at
random, up to two of a hundred are taken for test images, so that of a sample of 256 hardly ever more than this are."""
_RECOGNISED_IN_DISGUISE = 0.3
"""Share of rows that must be recognised for all of them to be taken for images of a set."""

ModelEvent = TypeVar("ModelEvent", Compile, Evaluation, Fit, Prediction, Summary)


@dataclass(frozen=True)
class FitRun:
    """One training run: what was asked for, and what came of it (None if the kernel ended in the middle)."""

    asked: Fit
    end: FitEnd | None

    @property
    def epochs(self) -> int:
        """How many epochs were asked for."""
        return (self.asked.epochs or 0) - (self.asked.initial_epoch or 0)

    @property
    def history(self) -> dict[str, tuple[float | None, ...]]:
        """Values by metric, an entry an epoch."""
        return {} if self.end is None else dict(self.end.history)

    def curve(self, quantity: str) -> tuple[float | None, ...]:
        """The values of ``accuracy``, ``loss`` or either with ``val_``, whatever name the metric had."""
        if quantity.endswith("loss"):
            return self.history.get(quantity, ())
        validation = quantity.startswith("val_")
        for name, values in self.history.items():
            if name.startswith("val_") == validation and is_accuracy(name.removeprefix("val_")):
                return values
        return ()


class Submission:
    """What the notebook did, seen through the networks of its assignment."""

    def __init__(
        self,
        evidence: Evidence,
        networks: Sequence[Network] = (),
        labels: Labels | None = None,
        prompts: Iterable[str] = (),
    ) -> None:
        self.evidence = evidence
        self.labels = labels
        """Labels of the served images, where the data set is at hand."""
        self.remarks: dict[str, None] = {}
        """What checks found that a student should know and that costs no points, each once."""
        self.wishes: list[Wish] = []
        """What checks would have trained, so that they can decide."""
        self._prompts = {_words(prompt) for prompt in prompts}
        self.roles: dict[str, Role] = attribute(evidence, networks)
        self._networks = {network.name: network for network in networks}

    def remark(self, text: str) -> None:
        """Let the report say something that costs no points."""
        self.remarks[text] = None

    # Which models, trainings and figures

    def role(self, name: str) -> Role:
        """The model that answers a network; ends the check where there is none, with what is known of it."""
        if name not in self.roles:
            cell = self._broken_cell(name)
            if cell is not None and is_blank(cell):
                not_attempted(f"{name} was not built: cell {cell.position} was left blank.")
            if cell is not None:
                fail(f"{name} was not built: cell {cell.position} ended with {cell.error}", [cell.position])
            not_attempted(f"No model was found that could be «{name}».")
        return self.roles[name]

    def _broken_cell(self, name: str) -> CellRun | None:
        """A cell that failed where this network should have been built.

        That is a failed cell under one of its headings or, where nothing is under headings, after the other
        networks, that makes layers.
        """
        exercises = set(self._networks[name].exercises)
        last = max((role.position for role in self.roles.values()), default=0)
        for cell in self.evidence.cells:
            layers = cell.error is not None and builds_layers(cell.source)
            mine = set(cell.exercises) & exercises if cell.exercises else cell.position > last
            if layers and mine:
                return cell
        return None

    def chains_before(self, role: Role) -> list[Chain]:
        """The networks that were recorded before the role's model, in order."""
        before = [snapshot for snapshot in self.evidence.of(ModelSnapshot) if snapshot.seq < role.snapshot.seq]
        return [chain_of(snapshot) for snapshot in before if snapshot.model not in role.models]

    def of_role(self, kind: type[ModelEvent], role: Role) -> list[ModelEvent]:
        """Events of one kind about the models of a role, in the state that plays it, in order."""
        return [event for event in self.evidence.of(kind) if event.model in role.models]

    @cached_property
    def fits(self) -> list[FitRun]:
        """All training runs, in order."""
        ends = {end.fit: end for end in self.evidence.of(FitEnd)}
        return [FitRun(fit, ends.get(fit.seq)) for fit in self.evidence.of(Fit)]

    def fits_of(self, role: Role) -> list[FitRun]:
        """Training runs of the models of a role, in order; those that got it by mistake only if there are no others."""
        runs = [run for run in self.fits if run.asked.model in role.models]
        return [run for run in runs if not self._is_astray(run)] or runs

    def _is_astray(self, run: FitRun) -> bool:
        """Whether a cell that should have built a network failed, so that its training took the model from before."""
        model, before = run.asked.model, [event for event in self.evidence.events if event.seq < run.asked.seq]
        about = [event.cell for event in before if getattr(event, "model", None) == model]
        last = self.evidence.position(max(about, default=-1))
        between = self.evidence.cells[last : self.evidence.position(run.asked.cell) - 1]
        return any(cell.error is not None and builds_layers(cell.source) for cell in between)

    def fits_in_place_of(self, name: str) -> list[FitRun]:
        """What was trained where this network should have been: under its headings, or between its neighbours."""
        network, role = self._networks[name], self.roles.get(name)
        hinted = [run for run in self.fits if self._exercises(run.asked.cell) & set(network.exercises)]
        if hinted or role is None:
            return hinted
        later = [other.position for other in self.roles.values() if other.position > role.position]
        end = min(later, default=len(self.evidence.cells) + 1)
        return [run for run in self.fits if role.position <= self.evidence.position(run.asked.cell) < end]

    def _exercises(self, ordinal: int) -> set[str]:
        cell = self.evidence.cell(ordinal)
        return set(cell.exercises) if cell else set()

    def compiled(
        self, role: Role, preferred: Callable[[CompileSettings], bool] = lambda _: True
    ) -> tuple[CompileSettings, int] | None:
        """What the role's model was compiled with when it was trained, else last; with the cell's position.

        Of several trainings the first one whose settings are `preferred` speaks, else the last.
        """
        compiles = self.of_role(Compile, role)
        trained = [(run.asked.compiled, run.asked) for run in self.fits_of(role) if run.asked.compiled is not None]
        for settings, fit in [*(pair for pair in trained if preferred(pair[0])), *trained[::-1]]:
            before = [event.cell for event in compiles if event.seq < fit.seq]
            return settings, self.evidence.position(before[-1] if before else fit.cell)
        if compiles:
            return compiles[-1], self.evidence.position(compiles[-1].cell)
        return None

    @cached_property
    def axes(self) -> list[tuple[int, AxesDrawn]]:
        """Everything drawn: (position of the cell, axes)."""
        return [
            (self.evidence.position(figure.cell), axes) for figure in self.evidence.of(Figure) for axes in figure.axes
        ]

    @cached_property
    def kept_histories(self) -> set[int]:
        """`seq` of the fits whose result a variable holds."""
        return {fit for event in self.evidence.of(Histories) for fit in event.variables.values()}

    # Data

    @cached_property
    def swapped(self) -> bool:
        """Whether the notebook took the test set for training and the training set for the test throughout."""
        rows = [run.asked.x.rows for run in self.fits if run.asked.x.rows is not None]
        tested = [e.x.rows for e in self.evidence.of(Evaluation) if e.x.rows is not None]
        return (
            bool(rows) and all(r.all_test > r.all_train for r in rows) and all(r.all_train > r.all_test for r in tested)
        )

    def is_test(self, data: DataGiven) -> bool:
        """Whether the rows are test images (as the notebook names its sets)."""
        return data.rows is not None and _are_all(data.rows, test=not self.swapped)

    def is_training(self, data: DataGiven) -> bool:
        """Whether the rows are training images (as the notebook names its sets)."""
        return data.rows is not None and _are_all(data.rows, test=self.swapped)

    # Text

    @cached_property
    def _summaries(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for event in self.evidence.of(Summary):
            found.setdefault(event.cell, []).append(event.text)
        return found

    def printed(self, cell: CellRun) -> str:
        """What a cell put out as text, without model summaries."""
        text = cell.text
        for summary in self._summaries.get(-1 if cell.ordinal is None else cell.ordinal, ()):
            text = text.replace(summary, "")
        return text

    def is_prompt(self, text: str) -> bool:
        """Whether a text is one of the template's own."""
        return _words(text) in self._prompts

    def cells(self, first: int, last: int) -> Iterable[CellRun]:
        """The cells at positions `first` to `last`, both included."""
        return self.evidence.cells[max(first, 1) - 1 : last]


def _are_all(rows: Rows, *, test: bool) -> bool:
    """Whether rows are images of one of the sets: test images or training images.

    Behind a disguise not every image is recognised, and a few are taken for others that look like them.
    """
    if rows.sampled == 0:
        return rows.count > 0 and (rows.test if test else rows.train) >= 0.99 * rows.count
    wanted, others = (rows.all_test, rows.train) if test else (rows.all_train, rows.test)
    mistaken = rows.disguised_train if test else rows.disguised_test
    return (
        wanted >= _RECOGNISED_IN_DISGUISE * rows.count
        and others <= 0.01 * rows.count
        and mistaken <= MISTAKEN_IN_DISGUISE * rows.sampled
    )


def _words(text: str) -> str:
    return " ".join(text.split())


def is_accuracy(name: str) -> bool:
    """Whether a metric of that name is the share of right answers."""
    return bool(re.fullmatch(r"(?:\w*_)?acc(?:uracy)?(?:_\d+)?", name)) and "top" not in name
