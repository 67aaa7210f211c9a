"""The recorder: puts the parts together and follows the notebook cell by cell."""

from __future__ import annotations

from typing import Any

from . import compat, serving, taps
from .config import RunConfig
from .events import EventLog
from .figures import FigureRecorder
from .inputs import InputReader
from .models import ModelRegistry
from .namespace import NamespaceScanner
from .replay import Replay
from .rows import RowIndex
from .serving import ServedData
from .sketch import Sketch
from .training import TrainingRecorder

__all__ = ["Recorder"]


class Recorder:
    """Everything that watches one kernel."""

    def __init__(self, config: RunConfig) -> None:
        self.log = EventLog(config.events, config.max_event_bytes)
        self._data = ServedData(config.data)
        index = RowIndex(self._data)
        self._reader = InputReader(index)
        self._registry = ModelRegistry(self.log, self._made_model)
        sketch = Sketch(config.seed) if config.is_sketch else None
        self._training = TrainingRecorder(self.log, self._registry, self._reader, index, sketch, config.seed)
        self._figures = FigureRecorder(self.log, index)
        self._namespace = NamespaceScanner(self.log, self._reader, self._training.histories)
        self._replay = Replay(self.log, self._training, self._figures, config.seed)
        self._training.replay = self._replay
        self._depth = 0

    def install(self) -> None:
        """Hook Keras and matplotlib. Once a process, before the first cell."""
        serving.install(self._data, self._served)
        taps.install(self._training.model_call)
        self._registry.install()
        self._training.install()
        self._figures.install()
        # Last: its wrappers take old names and hand on today's, so they must lie around ours.
        compat.install(self.log.remark)

    def attach(self, shell: Any) -> None:
        """Follow the cells that an IPython shell runs."""
        self._shell = shell
        compat.install_magics(shell, self.log.remark)
        # `%matplotlib` in any form would replace the backend that records figures.
        shell.enable_matplotlib = lambda gui=None: (gui, "grader")
        shell.events.register("pre_run_cell", self._before_cell)
        shell.events.register("post_run_cell", self._after_cell)
        # A figure that is displayed as an object is drawn nowhere; it is recorded as it stands.
        formatter = shell.display_formatter.formatters["image/png"]
        formatter.for_type_by_name("matplotlib.figure", "Figure", self._figures.record)

    def finish(self) -> None:
        """After the last cell: see what was never used, and put the questions that need the notebook's code again."""
        self._registry.finish()
        self._replay.run(self._shell)
        self.log.emit("finished")

    def _made_model(self) -> None:
        if not self.log.muted:
            self._replay.saw_training()

    def _served(self) -> None:
        self._replay.saw_data()
        self.log.emit("data_served", name="cifar10")

    def _before_cell(self, info: Any) -> None:
        self._depth += 1
        if self._depth == 1 and not self.log.muted:
            self.log.cell += 1
            self._replay.saw_cell(self.log.cell, info.raw_cell)

    def _after_cell(self, _result: Any) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._figures.flush()
            if not self.log.muted:
                self._registry.end_cell()
                self._namespace.scan(self._shell.user_ns)
