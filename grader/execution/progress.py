"""What a run tells to whoever watches it: the runner calls, a display or a log listens."""

from __future__ import annotations

from typing import Protocol

__all__ = ["NullProgress", "ProgressListener"]


class ProgressListener(Protocol):
    """Listens to a run.

    Called in order and from one thread; `on_run_end` is called also when the run breaks off. Positions are
    1-based and count every cell of the notebook, as in reports. Previews and errors hold text that a student
    wrote: a listener that shows them makes them harmless first.
    """

    def on_run_start(self, total_code_cells: int) -> None:
        """Called before the first cell."""

    def on_cell_start(self, position: int, preview: str) -> None:
        """Called before a code cell is executed; `preview` is its source or the first lines of it."""

    def on_cell_end(self, position: int, error: str | None) -> None:
        """Called after a code cell; `error` is the last line of its error, None when it ran through."""

    def on_run_end(self) -> None:
        """Called once, after the last cell."""

    def on_training_start(self, network: str, steps: int) -> None:
        """Called before grader itself trains a network, for so many steps at most."""

    def on_training_step(self, steps: int, accuracy: float) -> None:
        """Called now and then: how many steps are done, and the share of right answers on some test images."""

    def on_training_end(self) -> None:
        """Called after it."""


class NullProgress:
    """Listens and says nothing."""

    def on_run_start(self, total_code_cells: int) -> None:
        """Ignore it."""

    def on_cell_start(self, position: int, preview: str) -> None:
        """Ignore it."""

    def on_cell_end(self, position: int, error: str | None) -> None:
        """Ignore it."""

    def on_run_end(self) -> None:
        """Ignore it."""

    def on_training_start(self, network: str, steps: int) -> None:
        """Ignore it."""

    def on_training_step(self, steps: int, accuracy: float) -> None:
        """Ignore it."""

    def on_training_end(self) -> None:
        """Ignore it."""
