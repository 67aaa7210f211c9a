"""Runs the cells around a prediction again, with made-up predictions, to see what their output depends on.

Whether a notebook compares the predicted class of the first test image with its label cannot be read off one output
("True" may come from anywhere). So the cells are run again after the notebook has ended: once as if the first image
had been recognised, once as if not, once with the second image's prediction changed. What the trusted side gets is
the text that came out each time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .drawing.figures import FigureRecorder
from .events import EventLog
from .images.inputs import Given
from .sketch import Sketch

if TYPE_CHECKING:
    from .watch import Watch

__all__ = ["Replay"]

_CELLS_AFTER = 3
"""Cells after the prediction in which its comparison may stand."""
_CLASSES = 10
_MAX_TEXT = 20_000
_SHIFTS = {"recognised": (0, 0), "mistaken": (3, 0), "otherwise": (6, 0), "second": (0, 3)}
"""By variant, how many classes the predictions of the first and second test image are off their label."""


@dataclass
class _Cell:
    source: str = ""
    trained: bool = False
    loaded_data: bool = False
    interrupted: bool = False
    predictions: list[int] = field(default_factory=list)
    """Sequence numbers of the predictions, made in this cell, that include the first test image."""


class Replay:
    """Remembers the cells of a run and replays those that predict the first test image."""

    def __init__(self, log: EventLog, watch: Watch, figures: FigureRecorder, seed: int) -> None:
        self._log = log
        self._watch = watch
        self._first = watch.index.train_size
        self._figures = figures
        self._seed = seed
        self._cells: dict[int, _Cell] = {}
        self._label = 0

    def saw_cell(self, ordinal: int, source: str) -> None:
        """A cell of the notebook is about to run."""
        self._cells[ordinal] = _Cell(source)

    def saw_training(self) -> None:
        """The running cell built, compiled or trained a model: what follows is about that one."""
        self._current.trained = True

    def saw_data(self) -> None:
        """The running cell loaded the data set: too much hangs on it to run it again."""
        self._current.loaded_data = True

    def saw_interrupt(self) -> None:
        """The running cell was ended at its time limit: it would take as long again."""
        self._current.interrupted = True

    def saw_prediction(self, sequence: int, given: Given) -> None:
        """The running cell predicted; of interest if the first test image is among the rows."""
        if given.match is not None and (given.match.indices == self._first).any():
            self._current.predictions.append(sequence)
            self._label = int(given.match.labels[given.match.indices == self._first][0])

    @property
    def _current(self) -> _Cell:
        return self._cells.setdefault(self._log.cell, _Cell())

    def run(self, shell: Any) -> None:
        """Replay every cell that predicted the first test image, each with the cells that follow from it."""
        for ordinal, cell in sorted(self._cells.items()):
            if cell.predictions and not cell.loaded_data and not cell.interrupted:
                cells = self._region(ordinal)
                outputs = {
                    name: self._variant(shell, cells, functools.partial(_forced, first=self._first, shifts=shifts))
                    for name, shifts in _SHIFTS.items()
                }
                self._log.emit(
                    "replay",
                    predictions=cell.predictions,
                    cells=cells,
                    outputs=outputs,
                    classes={name: (self._label + first) % _CLASSES for name, (first, _) in _SHIFTS.items()},
                )

    def _region(self, ordinal: int) -> list[int]:
        region = [ordinal]
        for following in range(ordinal + 1, ordinal + 1 + _CELLS_AFTER):
            cell = self._cells.get(following)
            if cell is None or cell.trained or cell.predictions or cell.loaded_data or cell.interrupted:
                break
            region.append(following)
        return region

    def _variant(self, shell: Any, cells: list[int], force: Callable[[Given], Any]) -> str | None:
        """Text that the cells put out with forced predictions; None if not even the first runs again."""
        from IPython.utils.capture import capture_output

        watch = self._watch
        sketch, self._log.muted, watch.forced = watch.sketch, True, force
        watch.sketch = Sketch(self._seed, known=sketch)  # a fresh one: the same made-up figures in every variant
        self._figures.texts.clear()
        texts: list[str] = []
        try:
            for ordinal in cells:
                with capture_output() as captured:
                    outcome = shell.run_cell(self._cells[ordinal].source, store_history=False)
                if not outcome.success:
                    if ordinal == cells[0]:
                        return None
                    break
                texts += [captured.stdout, *(_plain_text(output) for output in captured.outputs)]
            return "\n".join([*texts, *self._figures.texts])[:_MAX_TEXT]
        finally:
            watch.sketch, self._log.muted, watch.forced = sketch, False, None


def _plain_text(output: Any) -> str:
    return str((output.data or {}).get("text/plain", ""))


def _forced(given: Given, *, first: int, shifts: tuple[int, int]) -> NDArray[np.float32] | None:
    """Probabilities (rows, 10): every image gets its own class, the first two test images shifted by so many."""
    if given.match is None or given.count is None or given.count < given.match.count:
        return None
    classes = np.arange(given.count) % _CLASSES  # for rows that were not looked at
    classes[: given.match.count] = given.match.labels
    for row, shift in enumerate(shifts, first):
        classes[: given.match.count][given.match.indices == row] += shift
    probabilities = np.full((given.count, _CLASSES), 0.01, dtype=np.float32)
    probabilities[np.arange(given.count), classes % _CLASSES] = 0.91
    return probabilities
