"""A machine that fails in the middle of a run: what was recorded before counts, and the rest is nobody's fault."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from nbclient import NotebookClient

from grader.evidence.schema import Numbers
from tests.execution.conftest import Run, Watcher


@pytest.mark.parametrize("run", ["warm"], indirect=True)
def test_what_was_recorded_before_the_disk_was_full_counts(
    run: Run, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = NotebookClient.async_execute_cell

    async def full(self: NotebookClient, cell: Any, index: int, *arguments: Any, **options: Any) -> Any:
        if index == 1:
            raise OSError(errno.ENOSPC, "No space left on device", "/var/lib/secret")
        return await execute(self, cell, index, *arguments, **options)

    monkeypatch.setattr(NotebookClient, "async_execute_cell", full)
    evidence = run("answer = 42\nprint(answer)", "print(43)", "print(44)")
    assert evidence.run.fault == "No space left on device"
    assert evidence.run.ended == "the run broke in cell 2; the cells after it were not run"
    assert [cell.text for cell in evidence.cells] == ["42\n", "", ""]
    assert [cell.ordinal for cell in evidence.cells] == [0, 1, None]
    assert [event.variables for event in evidence.of(Numbers)] == [{"answer": (42.0,)}]
    assert watcher.told[-1] == ("end",)
