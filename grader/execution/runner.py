"""Runs a notebook from its first cell to its last and brings back the evidence."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import nbformat
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from grader.data import PreparedDataset
from grader.evidence import CellRun, Evidence, RunFacts, read_events
from grader.execution.kernels import kernel_manager, running
from grader.execution.outputs import error_line, shown_text
from grader.execution.progress import NullProgress, ProgressListener
from grader.execution.warm import shared_zygote
from grader.intake import Notebook, SectionHint, to_nbformat
from grader.kernel.config import ProbeRequest, RunConfig

__all__ = ["ProbeRequest", "RunSettings", "run_notebook"]

_START_SECONDS = 180
_INTERRUPT_SECONDS = 15
"""How long an interrupted cell may take to give in before its kernel is ended."""
_FINISH_SECONDS = 120
_TIMED_OUT = "CellTimeoutError"
_VERSIONS = ("grader", "tensorflow", "keras", "numpy")


@dataclass(frozen=True)
class RunSettings:
    """How a notebook is run.

    Attributes:
        effort: ``sketch`` or ``full``.
        dataset: what ``cifar10.load_data()`` serves.
        cell_timeout: seconds after which a cell is interrupted; None for no limit.
        seed: seed of the kernel's random numbers.
        probes: what is asked of the notebook's own classes and functions after its last cell.
        warm: whether the kernel is forked from one that has imported TensorFlow already (see `warm`).
        replays: whether cells are run again with made-up predictions (see `kernel.replay`).
    """

    effort: Literal["sketch", "full"]
    dataset: PreparedDataset
    cell_timeout: float | None = None
    seed: int = 20_261
    probes: tuple[ProbeRequest, ...] = ()
    replays: bool = True
    warm: bool = False


@dataclass
class _Outcome:
    """What is known of the run while it goes on."""

    ordinals: dict[int, int] = field(default_factory=dict)
    timed_out: set[int] = field(default_factory=set)
    ended: str = "complete"


def run_notebook(
    notebook: Notebook,
    settings: RunSettings,
    hints: dict[int, SectionHint] | None = None,
    progress: ProgressListener | None = None,
) -> Evidence:
    """Execute all cells in a fresh kernel and return what they did; cells after a failed one run, too.

    Raises:
        InfrastructureError: if no kernel can be started.
    """
    started = time.monotonic()
    node = to_nbformat(notebook)
    with _run_folder() as folder:
        events = folder / "events.jsonl"
        events.touch()
        config = RunConfig(
            settings.effort,
            settings.dataset.folder,
            events,
            settings.seed,
            probes=settings.probes,
            replays=settings.replays,
        )
        config.write(folder / "config.json")
        outcome = asyncio.run(_Run(node, folder, settings, progress or NullProgress()).execute())
        recorded = read_events(events)
    facts = RunFacts(
        submission=notebook.name,
        effort=settings.effort,
        dataset=settings.dataset.name,
        dataset_description=settings.dataset.description,
        dataset_digest=settings.dataset.digest,
        seed=settings.seed,
        seconds=round(time.monotonic() - started, 3),
        sandbox="none",
        versions={name: _version(name) for name in _VERSIONS},
        ended=outcome.ended,
    )
    cells = tuple(_cell_run(notebook, node, index, outcome, hints or {}) for index in range(len(node.cells)))
    return Evidence(run=facts, cells=cells, events=recorded, remarks=(*notebook.remarks, *settings.dataset.notes))


class _Run:
    """One execution; nbclient talks to the kernel."""

    def __init__(
        self, node: nbformat.NotebookNode, folder: Path, settings: RunSettings, progress: ProgressListener
    ) -> None:
        self._node = node
        self._folder = folder
        self._settings = settings
        self._progress = progress
        self._outcome = _Outcome()

    async def execute(self) -> _Outcome:
        """Start the kernel, run the cells, end the kernel."""
        work, home = self._folder / "work", self._folder / "home"
        work.mkdir()
        home.mkdir()
        client = self._client()
        code = [index for index, cell in enumerate(self._node.cells) if _runs(cell)]
        self._progress.on_run_start(len(code))
        try:
            async with running(client, self._folder / "kernel.log", cwd=str(work), env=_environment(home)):
                await self._cells(client, code)
                if self._outcome.ended == "complete":
                    await self._finish(client)
        finally:
            self._progress.on_run_end()
        return self._outcome

    def _client(self) -> NotebookClient:
        log = logging.getLogger("grader.nbclient")
        log.setLevel(logging.CRITICAL)  # what goes wrong in a cell is reported, not logged
        seconds = self._settings.cell_timeout
        return NotebookClient(
            self._node,
            km=kernel_manager(
                self._folder / "config.json", self._folder, zygote=shared_zygote() if self._settings.warm else None
            ),
            # Not `timeout`, which would also hold for what is asked of the kernel between cells.
            timeout_func=lambda _cell: seconds,
            interrupt_on_timeout=True,
            error_on_timeout={
                "ename": _TIMED_OUT,
                "evalue": f"The cell was interrupted after {seconds:g} seconds." if seconds else "",
                "traceback": [],
            },
            startup_timeout=_START_SECONDS,
            iopub_timeout=_INTERRUPT_SECONDS,
            allow_errors=True,
            skip_cells_with_tag="",
            record_timing=False,
            store_widget_state=False,
            log=log,
            on_cell_error=self._on_cell_error,
            shutdown_kernel="immediate",
        )

    def _on_cell_error(self, cell: Any, cell_index: int, execute_reply: dict[str, Any]) -> None:  # noqa: ARG002
        if execute_reply["content"].get("ename") == _TIMED_OUT:
            self._outcome.timed_out.add(cell_index)

    async def _cells(self, client: NotebookClient, code: list[int]) -> None:
        for ordinal, index in enumerate(code):
            cell = self._node.cells[index]
            self._progress.on_cell_start(index + 1, cell.source)
            self._outcome.ordinals[index] = ordinal
            try:
                await client.async_execute_cell(cell, index)
                if index in self._outcome.timed_out and not await _answers(client):
                    self._outcome.ended = (
                        f"cell {index + 1} did not stop when it was interrupted; the cells after it were not run"
                    )
            except DeadKernelError:
                assert client.km is not None
                if await ensure_async(client.km.is_alive()):  # nbclient says so, too, when the run is cancelled
                    raise asyncio.CancelledError from None
                self._outcome.ended = f"the kernel died in cell {index + 1}; the cells after it were not run"
            error = _error_of(cell, timed_out=index in self._outcome.timed_out)
            self._progress.on_cell_end(index + 1, error)
            if self._outcome.ended != "complete":
                return

    async def _finish(self, client: NotebookClient) -> None:
        """Let the recorder look once more at the whole; what it cannot see within the time stays unseen."""
        assert client.kc is not None
        request = "__import__('sys').modules['grader_kernel.session'].finish()"
        try:
            message = await ensure_async(client.kc.execute(request, silent=True, store_history=False))
            await asyncio.wait_for(client.async_wait_for_reply(message), _FINISH_SECONDS)
        except (DeadKernelError, asyncio.TimeoutError):
            self._outcome.ended = "the kernel did not come to an end after the last cell"


async def _answers(client: NotebookClient) -> bool:
    """Whether the kernel is idle again after an interrupt."""
    assert client.kc is not None
    try:
        message = await ensure_async(client.kc.kernel_info())
        await asyncio.wait_for(client.async_wait_for_reply(message), _INTERRUPT_SECONDS)
    except (DeadKernelError, asyncio.TimeoutError):
        return False
    return True


@contextmanager
def _run_folder() -> Iterator[Path]:
    # Not under the user's TMPDIR, which may be deep: the paths of sockets are limited to about 100 characters.
    base = "/tmp" if os.access("/tmp", os.W_OK) else None  # noqa: S108 - mkdtemp makes a private folder in it
    folder = Path(tempfile.mkdtemp(prefix="grader-", dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(home: Path) -> dict[str, str]:
    """The kernel's environment: what Python and TensorFlow need, and nothing of the user's."""
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "TZ")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return environment | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _runs(cell: Any) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def _cell_run(notebook: Notebook, node: Any, index: int, outcome: _Outcome, hints: dict[int, SectionHint]) -> CellRun:
    cell, timed_out = node.cells[index], index in outcome.timed_out
    hint = hints.get(index + 1)
    return CellRun(
        position=index + 1,
        kind=notebook.cells[index].kind,
        source=notebook.cells[index].source,
        exercises=() if hint is None else hint.exercises,
        ordinal=outcome.ordinals.get(index),
        text=shown_text(cell.get("outputs", [])),
        error=_error_of(cell, timed_out=timed_out),
        timed_out=timed_out,
    )


def _error_of(cell: Any, *, timed_out: bool) -> str | None:
    return "interrupted at its time limit" if timed_out else error_line(cell.get("outputs", []))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # a checkout that was never installed
        return "unknown"
