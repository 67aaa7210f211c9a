"""What the commands take: options with their help, each in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

__all__ = [
    "AssignmentName",
    "BudgetGiven",
    "CellTimeout",
    "CpuTime",
    "Data",
    "Debug",
    "Disk",
    "Effort",
    "EvidenceFile",
    "FailUnder",
    "Formats",
    "Gpu",
    "GpuShare",
    "Image",
    "Memory",
    "Networks",
    "NoCache",
    "Out",
    "Output",
    "Processes",
    "Quiet",
    "Sandbox",
    "Seed",
    "Seeds",
    "Steps",
    "Submission",
    "Timeout",
]

Submission = Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="The .ipynb file handed in.")]
AssignmentName = Annotated[
    str,
    typer.Option("--assignment", "-a", help="Id of an assignment, path of an assignment folder, or `auto`."),
]
Effort = Annotated[
    str,
    typer.Option(
        help="`sketch`: seconds, decides everything but accuracy. `short`: also trains each graded network towards its "
        "accuracy bar. `full`: exactly as handed in."
    ),
]
BudgetGiven = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--budget",
        help="Of a training in `short`: steps, a time, or both, such as 1500,5m [default: as calibrated,5m].",
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Train again what was trained before, and keep nothing of it.")
]
Formats = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer evaluates it on Python 3.10
    typer.Option("--format", "-f", help="Also write the report as `json`, `html` or `md`; may be repeated."),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the files of --format.")]
Data = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--data", help="CIFAR-10 as .npz or cifar-10-batches-py [default: $GRADER_DATA, the Keras cache, a stand-in]."
    ),
]
Sandbox = Annotated[
    str,
    typer.Option(help="What keeps the notebook's code from all else: `auto` is the strongest of `grader doctor`."),
]
Image = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(envvar="GRADER_IMAGE", help="Image of the sandboxes docker and podman, with what grader depends on."),
]
Gpu = Annotated[bool, typer.Option("--gpu", help="Let the notebook use a GPU of this machine.")]
GpuShare = Annotated[int, typer.Option(min=1, help="How many submissions may use the same GPU at once.")]
CellTimeout = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option(min=0.1, help="Seconds after which a cell is interrupted [default: 120 in sketch, 4 h in full]."),
]
Timeout = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option(min=1, help="Seconds after which the run is ended [default: 15 min in sketch, 24 h in full]."),
]
CpuTime = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option(min=1, help="Seconds of processor time of one process [default: --timeout times the cores]."),
]
Memory = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Memory of the run, such as 4G [default: three quarters of the machine's, at most 16G]."),
]
Disk = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(help="Bytes of all files that the notebook writes, such as 500M [default: 4G]."),
]
Processes = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option(min=1, help="Processes and threads of the run [default: 256, and 32 for each core]."),
]
Output = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option(min=1000, help="Characters that a cell may print; the rest is cut off [default: 1000000]."),
]
FailUnder = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option(help="Exit with 1 if fewer auto points than this are earned."),
]
EvidenceFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--evidence", help="Keep what was recorded in this file, for `grader regrade`."),
]
Seed = Annotated[int, typer.Option(help="Seed of the kernel's random numbers.")]
Networks = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--network", "-n", help="Name of an accuracy bar; may be repeated [default: all]."),
]
Seeds = Annotated[int, typer.Option(help="How many times each network is trained.")]
Steps = Annotated[
    Optional[list[int]],  # noqa: UP045
    typer.Option(
        min=0, help="Look after so many steps; may be repeated, 0 is the whole training [default: those of `short`]."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")]
