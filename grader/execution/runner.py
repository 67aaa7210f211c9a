"""Runs a notebook from its first cell to its last and brings back the evidence."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

import nbformat
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from grader.data import PreparedDataset
from grader.errors import reason
from grader.evidence import CellRun, Evidence, RunFacts
from grader.execution.channel import Channel
from grader.execution.client import INTERRUPT_SECONDS, TIMED_OUT, CellClient, cell_client
from grader.execution.environment import kernel_environment
from grader.execution.folder import run_folder
from grader.execution.kernels import CHANNEL, SandboxProvisioner, kernel_manager, running
from grader.execution.limits import Limits
from grader.execution.outputs import error_line, shown_text
from grader.execution.progress import NullProgress, ProgressListener
from grader.execution.sandbox import Enclosure, Sandbox, choose
from grader.execution.warm import shared_zygote
from grader.execution.watchdog import Watchdog
from grader.gpus import NO_GPU, claimed_gpu
from grader.intake import Notebook, SectionHint, to_nbformat
from grader.kernel.config import FINISH, Confinement, ProbeRequest, RunConfig
from grader.verification import verified

__all__ = ["ProbeRequest", "RunSettings", "run_notebook"]

_log = logging.getLogger(__name__)
_FINISH_SECONDS = 120
_VERSIONS = ("grader", "tensorflow", "keras", "numpy")


@dataclass(frozen=True)
class RunSettings:
    """How a notebook is run.

    Attributes:
        effort: ``sketch``, ``short`` or ``full``. Of the first two the notebook itself sees no difference.
        dataset: what ``cifar10.load_data()`` serves.
        limits: how much the run may take.
        seed: seed of the kernel's random numbers.
        probes: what is asked of the notebook's own classes and functions after its last cell.
        replays: whether cells are run again with made-up predictions (see `kernel.replay`).
        warm: whether the kernel is forked from one that has imported TensorFlow already (see `warm`).
        sandbox: in which it runs; None for the strongest that this machine has.
        gpu: whether it sees a GPU of the machine; it waits for one that is free.
        gpu_share: how many runs may have the same GPU at once.
    """

    effort: Literal["sketch", "short", "full"]
    dataset: PreparedDataset
    limits: Limits = field(default_factory=Limits)
    seed: int = 20_261
    probes: tuple[ProbeRequest, ...] = ()
    replays: bool = True
    warm: bool = False
    sandbox: Sandbox | None = None
    gpu: bool = False
    gpu_share: int = 1

    def facts(self, submission: str, **run: Any) -> RunFacts:
        """What was to be run, with what is known of the run itself."""
        return RunFacts(
            submission=submission,
            effort=self.effort,
            dataset=self.dataset.name,
            dataset_description=self.dataset.description,
            dataset_digest=self.dataset.digest,
            seed=self.seed,
            **run,
        )


@dataclass
class _Outcome:
    """What is known of the run while it goes on; `running` is the ordinal of the cell that runs."""

    ordinals: dict[int, int] = field(default_factory=dict)
    timed_out: set[int] = field(default_factory=set)
    running: int = -1
    excess: str | None = None
    ended: str = "complete"
    fault: str | None = None

    def end(self, why: str) -> None:
        """Note why the run ends here; a limit that was passed is the reason for whatever follows from it."""
        self.ended = why if self.excess is None else f"the notebook {self.excess}; {why}"


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
    sandbox = settings.sandbox or choose(forking=settings.warm)
    node, outcome = to_nbformat(notebook), _Outcome()
    with ExitStack() as stack:
        folder = stack.enter_context(run_folder())
        gpu = stack.enter_context(claimed_gpu(settings.gpu_share)) if settings.gpu else None
        enclosure = Enclosure(
            folder,
            settings.limits,
            readable=(settings.dataset.folder.resolve(),),
            environment=kernel_environment(folder.home, gpu=gpu),
            gpu=settings.gpu,
        )
        confinement = sandbox.confinement(enclosure)
        channel = Channel(
            folder.sockets / CHANNEL, _config(settings, confinement), lambda: outcome.running, folder.spool
        )
        with channel:
            run = _Run(node, settings, outcome, progress or NullProgress())
            asyncio.run(run.execute(sandbox, enclosure))
        recorded = channel.events()
        if settings.effort == "full":
            sources = [cell.source for cell in notebook.cells]
            recorded = verified(recorded, folder.spool, settings.dataset, settings.seed, sources, gpu or NO_GPU)
    facts = settings.facts(
        notebook.name,
        seconds=round(time.monotonic() - started, 3),
        sandbox=sandbox.name,
        versions={name: _version(name) for name in _VERSIONS},
        ended=outcome.ended,
        fault=outcome.fault,
    )
    cells = tuple(_cell_run(notebook, node, index, outcome, hints or {}) for index in range(len(node.cells)))
    return Evidence(run=facts, cells=cells, events=recorded, remarks=(*notebook.remarks, *settings.dataset.notes))


def _config(settings: RunSettings, confinement: Confinement) -> RunConfig:
    return RunConfig(
        "full" if settings.effort == "full" else "sketch",
        settings.dataset.folder.resolve(),
        settings.seed,
        max_output_bytes=settings.limits.output,
        probes=settings.probes,
        replays=settings.replays,
        confinement=confinement,
    )


class _Run:
    """One execution; nbclient talks to the kernel."""

    def __init__(
        self, node: nbformat.NotebookNode, settings: RunSettings, outcome: _Outcome, progress: ProgressListener
    ) -> None:
        self._node = node
        self._settings = settings
        self._outcome = outcome
        self._progress = progress

    async def execute(self, sandbox: Sandbox, enclosure: Enclosure) -> None:
        """Start the kernel, run the cells, end the kernel."""
        zygote = shared_zygote() if self._settings.warm else None
        manager = kernel_manager(sandbox, enclosure, zygote)
        limits = self._settings.limits
        client = cell_client(self._node, manager, limits.cell_seconds, limits.output, self._on_cell_error)
        code = [index for index, cell in enumerate(self._node.cells) if _runs(cell)]
        self._progress.on_run_start(len(code))
        try:
            async with running(client, sandbox, enclosure), self._watched(client, enclosure):
                await self._cells(client, code)
                if self._outcome.ended == "complete":
                    await self._finish(client)
        finally:
            self._progress.on_run_end()

    @asynccontextmanager
    async def _watched(self, client: CellClient, enclosure: Enclosure) -> AsyncIterator[None]:
        """End the kernel as soon as the run takes more than it may."""
        provisioner = client.km.provisioner  # type: ignore[union-attr]  # it was started
        assert isinstance(provisioner, SandboxProvisioner)
        assert provisioner.pid is not None
        dog = Watchdog(provisioner.pid, enclosure.folder.inside, self._settings.limits, time.monotonic())

        async def watch() -> None:
            self._outcome.excess = await dog.first_excess()
            await provisioner.kill()

        watching = asyncio.create_task(watch())
        try:
            yield
        finally:
            watching.cancel()

    def _on_cell_error(self, cell: Any, cell_index: int, execute_reply: dict[str, Any]) -> None:  # noqa: ARG002
        if execute_reply["content"].get("ename") == TIMED_OUT:
            self._outcome.timed_out.add(cell_index)

    async def _cells(self, client: NotebookClient, code: list[int]) -> None:
        for ordinal, index in enumerate(code):
            self._progress.on_cell_start(index + 1, self._node.cells[index].source)
            self._outcome.ordinals[index] = self._outcome.running = ordinal
            why = await self._cell(client, index)
            if why is not None:
                self._outcome.end(f"{why} cell {index + 1}; the cells after it were not run")
            error = _error_of(self._node.cells[index], timed_out=index in self._outcome.timed_out)
            self._progress.on_cell_end(index + 1, error)
            if self._outcome.ended != "complete":
                return

    async def _cell(self, client: NotebookClient, index: int) -> str | None:
        """Run one cell; why no other can be run after it, up to where it is named."""
        try:
            await client.async_execute_cell(self._node.cells[index], index)
            if index in self._outcome.timed_out and not await _answers(client):
                return "an interrupt did not end"
        except DeadKernelError:
            assert client.km is not None
            if await ensure_async(client.km.is_alive()):  # nbclient says so, too, when the run is cancelled
                raise asyncio.CancelledError from None
            return "the kernel died in"
        except OSError as error:  # the machine's fault: what was recorded until now still counts
            _log.debug("The run broke.", exc_info=error)
            self._outcome.fault = reason(error)
            return "the run broke in"
        except Exception:  # a kernel can send what no client has thought of
            return "the kernel's messages could not be read in"
        return None

    async def _finish(self, client: NotebookClient) -> None:
        """Let the recorder look once more at the whole; what it cannot see within the time stays unseen."""
        assert client.kc is not None
        request = client.kc.session.msg(FINISH)
        client.kc.shell_channel.send(request)
        try:
            await asyncio.wait_for(client.async_wait_for_reply(request["header"]["msg_id"]), _FINISH_SECONDS)
        except (DeadKernelError, asyncio.TimeoutError):
            self._outcome.end("the kernel did not come to an end after the last cell")


async def _answers(client: NotebookClient) -> bool:
    """Whether the kernel is idle again after an interrupt."""
    assert client.kc is not None
    try:
        message = await ensure_async(client.kc.kernel_info())
        await asyncio.wait_for(client.async_wait_for_reply(message), INTERRUPT_SECONDS)
    except (DeadKernelError, asyncio.TimeoutError):
        return False
    return True


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
