"""Showing a run while it goes on: a live display for terminals, a few lines for logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TimeElapsedColumn
from rich.text import Text

from grader.report.screen import safe_line
from grader.report.text import plain

if TYPE_CHECKING:
    from rich.console import Console

    from grader.execution.progress import ProgressListener

__all__ = ["LineProgress", "RunProgress", "progress_for"]


def progress_for(console: Console) -> ProgressListener:
    """Return the live display for a terminal that a person watches, lines for anything else."""
    return RunProgress(console) if console.is_interactive else LineProgress(console)


class RunProgress:
    """A bar over the code cells with the cell that runs now; failed cells stay on the screen above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (BarColumn(bar_width=20), _CellsColumn(), TimeElapsedColumn(), _NowColumn(console))
        self._progress = Progress(*columns, console=console, transient=True)
        self._task: TaskID | None = None
        self._training = self._progress
        self._network = ""

    def on_run_start(self, total_code_cells: int) -> None:
        """Show the bar."""
        self._task = self._progress.add_task("", total=total_code_cells)
        self._progress.start()

    def on_cell_start(self, position: int, preview: str) -> None:
        """Show which cell runs, by position and first line."""
        if self._task is not None:
            self._progress.update(self._task, description=f"cell {position}: {_first_line(preview)}")

    def on_cell_end(self, position: int, error: str | None) -> None:
        """Move the bar on; keep a line about a cell that failed."""
        if error is not None:
            _print_failed(self._console, position, error)
        if self._task is not None:
            self._progress.advance(self._task)

    def on_run_end(self) -> None:
        """Take the bar away."""
        self._progress.stop()

    def on_training_start(self, network: str, steps: int) -> None:
        """Show a bar over the steps."""
        self._network = network
        columns = (BarColumn(bar_width=20), _StepsColumn(), TimeElapsedColumn(), _NowColumn(self._console))
        self._training = Progress(*columns, console=self._console, transient=True)
        self._training.add_task(f"training {network}", total=steps)
        self._training.start()

    def on_training_step(self, steps: int, accuracy: float) -> None:
        """Show how far it is."""
        description = f"training {self._network}: {accuracy:.1%}"
        self._training.update(self._training.task_ids[0], completed=steps, description=description)

    def on_training_end(self) -> None:
        """Take the bar away."""
        self._training.stop()


class LineProgress:
    """A line at the start, at each quarter, for each failed cell and at the end, for the log of a CI."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._total = 0
        self._ended = 0
        self._failed = 0
        self._stand = ""

    def on_run_start(self, total_code_cells: int) -> None:
        """Say how many cells there are."""
        self._total = total_code_cells
        self._console.print(Text(f"Running {_count(total_code_cells)}"))

    def on_cell_start(self, position: int, preview: str) -> None:
        """Say nothing: a log is read afterwards."""

    def on_cell_end(self, position: int, error: str | None) -> None:
        """Name a cell that failed, and say when another quarter is done."""
        if error is not None:
            self._failed += 1
            _print_failed(self._console, position, error)
        quarter = 4 * self._ended // self._total if self._total else 0
        self._ended += 1
        if self._ended < self._total and 4 * self._ended // self._total > quarter:
            self._console.print(Text(f"{self._ended} of {_count(self._total)} run"))

    def on_run_end(self) -> None:
        """Sum up; fewer cells than announced mean that the run broke off."""
        ran = str(self._ended) if self._ended == self._total else f"{self._ended} of {self._total}"
        self._console.print(Text(f"Ran {ran} code cell{'' if ran == '1' else 's'}, {self._failed} failed"))

    def on_training_start(self, network: str, steps: int) -> None:
        """Say what is trained."""
        self._console.print(Text(f"Training {network}, at most {steps} steps"))

    def on_training_step(self, steps: int, accuracy: float) -> None:
        """Remember it."""
        self._stand = f"{accuracy:.1%} after {steps} steps"

    def on_training_end(self) -> None:
        """Say how it stood last."""
        if self._stand:
            self._console.print(Text(f"Trained: {self._stand}"))
        self._stand = ""


class _StepsColumn(ProgressColumn):
    """How many steps are done of how many."""

    def render(self, task: Task) -> Text:
        return Text(f"{int(task.completed)}/{int(task.total or 0)} steps", style="progress.percentage")


class _CellsColumn(ProgressColumn):
    """How many cells have run of how many."""

    def render(self, task: Task) -> Text:
        total = 0 if task.total is None else int(task.total)
        return Text(f"{int(task.completed)}/{total} cells", style="progress.percentage")


class _NowColumn(ProgressColumn):
    """The cell that runs now, cut at the edge of the terminal."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def render(self, task: Task) -> Text:
        line = safe_line(self._console, task.description)
        line.no_wrap = True
        line.overflow = "crop"  # an ellipsis is not in every encoding
        return line


def _first_line(source: str) -> str:
    return next((line.strip() for line in plain(source).split("\n") if line.strip()), "")


def _print_failed(console: Console, position: int, error: str) -> None:
    console.print(Text.assemble((f"cell {position} failed", "red"), ": ", safe_line(console, error)))


def _count(code_cells: int) -> str:
    return f"{code_cells} code cell{'' if code_cells == 1 else 's'}"
