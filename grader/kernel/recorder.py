"""The recorder: puts the parts together and follows the notebook cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import compat, stacking, taps
from .config import RunConfig
from .drawing.drawings import DrawingReader
from .drawing.figures import FigureRecorder
from .drawing.pictures import PictureIndex
from .drawing.visuals import Visuals
from .events import EventLog
from .images import serving
from .images.inputs import InputReader
from .images.rows import RowIndex
from .images.serving import ServedData
from .inference import InferenceRecorder
from .integrity.guard import Guard
from .integrity.private import hide_modules
from .models import ModelRegistry
from .namespace import NamespaceScanner
from .probes import Probes
from .replay import Replay
from .sketch import Sketch, run_functions_eagerly
from .training import TrainingRecorder
from .watch import Watch
from .weight_files import WeightFiles

__all__ = ["Recorder"]


class Recorder:
    """Everything that watches one kernel."""

    def __init__(self, config: RunConfig, write: Callable[[bytes], None]) -> None:
        """`write` sends a line to the trusted side; see `link`."""
        self.log = EventLog(write, config.max_event_bytes)
        self._is_sketch = config.is_sketch
        self._replays = config.replays
        self._data = ServedData(config.data)
        index = RowIndex(self._data)
        reader = InputReader(index, self.log)
        self._registry = ModelRegistry(self.log, self._made_model)
        sketch = Sketch(config.seed) if config.is_sketch else None
        watch = Watch(self.log, self._registry, reader, index, sketch)
        self._training = TrainingRecorder(watch)
        self._inference = InferenceRecorder(watch, config.seed)
        self._visuals = watch.visuals = Visuals(self._registry)
        self._figures = FigureRecorder(self.log, DrawingReader(PictureIndex(index, self._data), self._visuals))
        self._namespace = NamespaceScanner(self.log, reader, watch.histories)
        self._probes = Probes(self.log, self._registry, self._figures, config.probes, config.seed)
        self._replay = watch.replay = Replay(self.log, watch, self._figures, config.seed)
        self._weight_files = WeightFiles(watch)
        self._depth = 0

    def install(self) -> None:
        """Hook Keras and matplotlib. Once a process, before the first cell."""
        if self._is_sketch:
            run_functions_eagerly()
            stacking.install()
        serving.install(self._data, self._served)
        taps.install(self._inference.model_call, self._visuals.saw_output)
        self._registry.install()
        self._training.install()
        self._inference.install()
        self._weight_files.install()
        self._visuals.install()
        self._figures.install()
        # Last: its wrappers take old names and hand on today's, so they must lie around ours.
        compat.install(self.log.remark)
        self._weight_files.install_functions()

    def attach(self, shell: Any) -> None:
        """Follow the cells that an IPython shell runs."""
        self._shell = shell
        compat.install_magics(shell, self.log.remark)
        # `%matplotlib` in any form would replace the backend that records figures.
        shell.enable_matplotlib = lambda gui=None: (gui, "grader")
        # `quit()` would end the kernel at some later moment, another one in each run.
        shell.ask_exit = self._asked_to_exit
        shell.events.register("pre_run_cell", self._before_cell)
        shell.events.register("post_run_cell", self._after_cell)
        # A figure that is displayed as an object is drawn nowhere; it is recorded as it stands.
        formatter = shell.display_formatter.formatters["image/png"]
        formatter.for_type_by_name("matplotlib.figure", "Figure", self._figures.record)
        # Last: what is there now is what must still be there later.
        hide_modules()
        self._guard = Guard(self.log, shell)
        self._guard.start(self)

    def finish(self) -> None:
        """After the last cell: see what was never used, and put the questions that need the notebook's code again."""
        with self.log.recording():
            self._registry.finish()
        with self.log.recording():
            self._probes.run(self._shell.user_ns)
        if self._replays:
            with self.log.recording():
                self._replay.run(self._shell)
        with self.log.recording():
            self._inference.passes.finish()
        with self.log.recording():
            self._guard.after_cell()
        self.log.emit("finished")

    def _asked_to_exit(self) -> None:
        self.log.remark(
            "exit", "`quit()` and `exit()` end a notebook's kernel; the cells after it were run all the same."
        )

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
            with self.log.recording():
                self._guard.before_cell(info.raw_cell)
            self._replay.saw_cell(self.log.cell, info.raw_cell)

    def _after_cell(self, result: Any) -> None:
        self._depth -= 1
        if self._depth == 0:
            if not self.log.muted and isinstance(result.error_in_exec, KeyboardInterrupt):
                self._replay.saw_interrupt()
            with self.log.recording():
                self._figures.flush()
            if not self.log.muted:
                with self.log.recording():
                    self._registry.end_cell()
                with self.log.recording():
                    self._namespace.scan(self._shell.user_ns)
                with self.log.recording():
                    self._inference.passes.scan(self._shell.user_ns)
                with self.log.recording():
                    self._guard.after_cell()
