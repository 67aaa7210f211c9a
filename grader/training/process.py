"""The process of our own that trains: started at the first order, kept for the next ones."""

from __future__ import annotations

import atexit
import contextlib
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from grader.errors import InfrastructureError
from grader.gpus import NO_GPU
from grader.processes import ROOT, own_environment
from grader.training.protocol import Look, Order, Outcome, Told

__all__ = ["Trainer", "shared_trainer"]

_MORE_SECONDS = 300.0
"""Time beyond that of the training, for TensorFlow to start and for what is tried at the end."""
_TOLD: TypeAdapter[Look | Outcome] = TypeAdapter(Told)


class Trainer:
    """Does one training after the other in a process that imports TensorFlow once."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._home: Path | None = None
        self._gpu = NO_GPU

    def train(self, order: Order, tell: Callable[[Look], None] = lambda _: None, gpu: str = NO_GPU) -> Outcome:
        """Have a training done on a GPU, as CUDA counts them, or none; `tell` hears how it stands.

        Raises:
            InfrastructureError: if the process cannot be started, dies or does not answer in time. The next order
                starts another one.
        """
        if gpu != self._gpu:
            self.close()
        try:
            return self._answer(self._process or self._start(gpu), order, tell)
        except BaseException:
            self.close()  # what it goes on to tell of this order is no answer to the next one
            raise

    def _answer(self, process: subprocess.Popen[str], order: Order, tell: Callable[[Look], None]) -> Outcome:
        assert process.stdin is not None
        try:
            process.stdin.write(order.model_dump_json(by_alias=True) + "\n")
            process.stdin.flush()
        except OSError as error:
            raise _broken("does not listen") from error
        deadline = time.monotonic() + order.seconds + _MORE_SECONDS
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise _broken("did not answer in time") from None
            if line is None:
                raise _broken(f"ended with code {process.wait()}")
            try:
                told = _TOLD.validate_json(line)
            except ValidationError:
                raise _broken("gave an answer that is none") from None
            if isinstance(told, Outcome):
                return told
            tell(told)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                assert stream is not None
                with contextlib.suppress(OSError):  # what was not written yet finds nobody
                    stream.close()
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
        self._process = self._home = None

    def _start(self, gpu: str) -> subprocess.Popen[str]:
        self._gpu, self._home = gpu, Path(tempfile.mkdtemp(prefix="grader-training-"))
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "grader.training"],
                env=own_environment(self._home, gpu),
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )
        except OSError as error:
            raise InfrastructureError(f"The process that trains could not be started ({error.strerror}).") from error
        self._process, self._lines = process, queue.SimpleQueue()
        threading.Thread(target=_read, args=(process, self._lines), daemon=True).start()
        return process


def _broken(how: str) -> InfrastructureError:
    return InfrastructureError(f"The process that trains {how}.")


def _read(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    """Put what the process tells into a queue, None at its end: reading itself knows no time limit."""
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError):  # closed by us
        for line in process.stdout:
            lines.put(line)
    lines.put(None)


@cache
def shared_trainer() -> Trainer:
    """The trainer of this process, for everything that it grades."""
    trainer = Trainer()
    atexit.register(trainer.close)
    return trainer
