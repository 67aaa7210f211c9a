"""The house as `docs/architecture.md` draws it: imports run downward, and the kernel is an island."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

GRADER = Path(__file__).resolve().parent.parent / "grader"

# Who may import whom, from the top of the house to its ground; a package may also import itself.
BELOW = {
    "cli": {
        "assignments",
        "calibrating",
        "data",
        "errors",
        "evidence",
        "execution",
        "gpus",
        "options",
        "pipeline",
        "plain_errors",
        "report",
        "training",
        "workflow",
    },
    "pipeline": {
        "assignments",
        "data",
        "errors",
        "evidence",
        "execution",
        "faults",
        "grading",
        "intake",
        "report",
        "training",
    },
    "calibrating": {"assignments", "data", "errors", "execution", "grading", "intake", "training"},
    "grading": {
        "answers",
        "assignments",
        "checks",
        "data",
        "errors",
        "evidence",
        "faults",
        "intake",
        "models",
        "remarks",
        "report",
        "tampering",
        "training",
        "verification",
    },
    "remarks": {"evidence", "tampering"},
    "plain_errors": {"errors", "report"},
    "tampering": {"checks", "evidence", "report"},
    "faults": {"checks", "evidence", "report"},
    "answers": {"assignments", "checks", "evidence", "intake", "report"},
    "execution": {"data", "errors", "evidence", "gpus", "intake", "kernel", "verification"},
    "assignments": {"checks", "errors", "evidence", "intake", "models", "toml"},
    "checks": {"errors", "evidence", "models", "report", "toml", "training", "verification"},
    "training": {"data", "errors", "evidence", "files", "gpus", "models", "processes", "toml", "verification"},
    "verification": {"data", "errors", "evidence", "gpus", "models", "processes"},
    "report": {"data", "errors", "execution", "files", "training"},
    "models": {"evidence"},
    "data": {"errors"},
    "intake": {"errors"},
    "evidence": {"errors", "files", "toml"},
    "gpus": {"data", "errors"},
    "processes": set(),
    "files": {"errors"},
    "options": set(),
    "workflow": set(),
    "toml": {"errors"},
    "errors": set(),
    "kernel": set(),
}


def part(file: Path) -> str:
    return file.relative_to(GRADER).parts[0].removesuffix(".py")


def imported(file: Path) -> Iterator[str]:
    """Parts of grader that a file imports, wherever in the file."""
    for found in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(found, ast.Import):
            names = [alias.name for alias in found.names]
        elif isinstance(found, ast.ImportFrom) and not found.level and found.module:
            names = [f"{found.module}.{alias.name}" for alias in found.names]
        for name in names:
            pieces = name.split(".")
            if pieces[0] == "grader" and len(pieces) > 1:
                yield pieces[1]


FILES = sorted(file for file in GRADER.rglob("*.py") if part(file) in BELOW)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(GRADER)))
def test_imports_run_downward(file: Path) -> None:
    allowed = BELOW[part(file)] | {part(file), "__version__"}
    assert set(imported(file)) <= allowed


def test_the_kernel_imports_nothing_of_grader() -> None:
    kernel = [file for file in FILES if part(file) == "kernel"]
    assert len(kernel) > 20
    assert not [file for file in kernel for _ in imported(file)]


def test_every_part_has_its_place() -> None:
    parts = {part(file) for file in GRADER.rglob("*.py")}
    assert parts - set(BELOW) == {"__init__", "__main__"}
