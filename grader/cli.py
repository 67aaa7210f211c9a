"""The command line: parse, call, print. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.errors import GraderError, UsageError
from grader.options import (
    AssignmentName,
    BudgetGiven,
    CellTimeout,
    CpuTime,
    Data,
    Debug,
    Disk,
    Effort,
    EvidenceFile,
    FailUnder,
    Formats,
    Gpu,
    GpuShare,
    Image,
    Memory,
    Networks,
    NoCache,
    Out,
    Output,
    Processes,
    Quiet,
    Sandbox,
    Seed,
    Seeds,
    Steps,
    Submission,
    Timeout,
)
from grader.plain_errors import plain_errors

if TYPE_CHECKING:
    from rich.console import Console

    from grader.report.model import Report

__all__ = ["app", "main"]

app = typer.Typer(
    name="grader",
    help="Grade deep-learning notebooks: what they built, trained, plotted and answered.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_BELOW = 1
_EFFORTS = ("sketch", "short", "full")


def _show_version(wanted: bool) -> None:
    if wanted:
        from grader import __version__

        typer.echo(f"grader {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Grade deep-learning notebooks: what they built, trained, plotted and answered."""


@app.command()
def run(
    notebook: Submission,
    assignment: AssignmentName = "auto",
    effort: Effort = "short",
    budget: BudgetGiven = None,
    no_cache: NoCache = False,
    formats: Formats = None,
    out: Out = Path(),
    data: Data = None,
    sandbox: Sandbox = "auto",
    image: Image = None,
    gpu: Gpu = False,
    gpu_share: GpuShare = 1,
    cell_timeout: CellTimeout = None,
    timeout: Timeout = None,
    cpu_time: CpuTime = None,
    memory: Memory = None,
    disk: Disk = None,
    processes: Processes = None,
    output: Output = None,
    fail_under: FailUnder = None,
    evidence: EvidenceFile = None,
    seed: Seed = 20_261,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run a notebook and grade it."""
    with plain_errors(debug):
        _complain_about(effort, formats)
        _complain_about_places(out if formats else None, evidence)
        from grader.execution.limits import Limits, read_size
        from grader.execution.sandbox import complain_about_sandbox
        from grader.pipeline import GradingOptions, grade_notebook
        from grader.training import Budget
        from grader.training.cache import trainings_folder

        complain_about_sandbox(sandbox)
        limits = Limits.of_effort(effort).but(
            cell_seconds=cell_timeout,
            run_seconds=timeout,
            cpu_seconds=cpu_time,
            memory=None if memory is None else read_size(memory),
            disk=None if disk is None else read_size(disk),
            processes=processes,
            output=output,
        )
        console = _console(quiet)
        report = grade_notebook(
            notebook,
            GradingOptions(
                assignment=assignment,
                effort=effort,  # type: ignore[arg-type]  # complained about above, were it none
                budget=Budget() if budget is None else Budget.parse(budget),
                trainings=None if no_cache else trainings_folder(),
                data=data,
                limits=limits,
                sandbox=sandbox,
                image=image,
                gpu=gpu,
                gpu_share=gpu_share,
                seed=seed,
                evidence=evidence,
            ),
            _progress(console),
        )
        _deliver(report, console, formats, out, notebook.stem)
    _exit_for(report, fail_under)


@app.command()
def regrade(
    evidence: Annotated[Path, typer.Argument(metavar="EVIDENCE", help="A file that `run --evidence` wrote.")],
    assignment: AssignmentName = "auto",
    formats: Formats = None,
    out: Out = Path(),
    data: Data = None,
    fail_under: FailUnder = None,
    show_hidden: Annotated[
        bool, typer.Option("--show-hidden", help="Also show what hidden checks found: not for students.")
    ] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Grade again from recorded evidence, without running the notebook."""
    with plain_errors(debug):
        _complain_about("sketch", formats)
        _complain_about_places(out if formats else None)
        from grader.pipeline import regrade_evidence

        report = regrade_evidence(evidence, assignment, data)
        if show_hidden:
            from grader.report.visibility import for_staff

            report = for_staff(report)
        _deliver(report, _console(quiet), formats, out, report.submission)
    _exit_for(report, fail_under)


@app.command()
def data(
    path: Data = None,
    download: Annotated[bool, typer.Option("--download", help="Download CIFAR-10 through Keras.")] = False,
    debug: Debug = False,
) -> None:
    """Show where CIFAR-10 is looked for and what is found; download and verify it when asked."""
    with plain_errors(debug):
        from grader.data import download as download_cifar10
        from grader.data import survey
        from grader.report.sources import print_sources

        console = _console(quiet=False)
        if download:
            console.print(f"CIFAR-10 is in {download_cifar10()} and complete.", markup=False, highlight=False)
        print_sources(survey(path), console)


@app.command()
def doctor(image: Image = None, debug: Debug = False) -> None:
    """Try each sandbox on this machine, and show what it lacks."""
    with plain_errors(debug):
        from grader.execution.sandbox import survey
        from grader.gpus import gpus
        from grader.report.doctor import SandboxRow, print_doctor

        rows = [SandboxRow(trial.sandbox.name, trial.sandbox.promise, trial.problem) for trial in survey(image)]
        print_doctor(rows, gpus(), _console(quiet=False))


@app.command()
def calibrate(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Id or folder of an assignment.")],
    network: Networks = None,
    seeds: Seeds = 10,
    steps: Steps = None,
    data: Data = None,
    debug: Debug = False,
) -> None:
    """Train the reference of an assignment over seeds, and write the accuracy bars that follow."""
    with plain_errors(debug):
        from grader.calibrating import CalibrationOptions, calibrate_assignment
        from grader.report.trainings import print_calibrations

        console = _console(quiet=False)
        chosen = CalibrationOptions(assignment, network or (), seeds, steps or (), data)
        print_calibrations(calibrate_assignment(chosen, _progress(console)), console)


@app.command()
def cache(
    key: Annotated[str, typer.Argument(metavar="[KEY]", help="Beginning of a key: show this training whole.")] = "",
    clear: Annotated[bool, typer.Option("--clear", help="Forget all trainings.")] = False,
    debug: Debug = False,
) -> None:
    """Show the trainings that are kept, so that nobody computes them twice."""
    with plain_errors(debug):
        from grader.report.trainings import print_entries, print_entry
        from grader.training.cache import Cache, trainings_folder

        console, kept = _console(quiet=False), Cache(trainings_folder())
        if clear:
            console.print(f"{kept.clear()} trainings forgotten.", markup=False, highlight=False)
            return
        chosen = [entry for entry in kept.entries() if entry.key.startswith(key)]
        if key and len(chosen) != 1:
            raise UsageError(f"{len(chosen)} trainings have a key that begins with «{key}».")
        if key:
            print_entry(chosen[0], console)
        else:
            print_entries(chosen, kept.folder, console)


@app.command()
def assignments(debug: Debug = False) -> None:
    """List the assignments that grader knows."""
    with plain_errors(debug):
        from grader.assignments import available, load_assignment

        names = available()
        for name in names:
            typer.echo(f"{name:{max(map(len, names))}}  {load_assignment(name).title}")


def main() -> None:
    """Entry point of the ``grader`` command."""
    # What ends a grading from outside, such as the time limit of a CI, ends its kernel and its files, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from grader.workflow import commands_stopped

    with commands_stopped():
        app()


def _complain_about(effort: str, formats: list[str] | None) -> None:
    if effort not in _EFFORTS:
        raise UsageError(f"--effort is {', '.join(_EFFORTS[:-1])} or {_EFFORTS[-1]}, not «{effort}».")
    from grader.report import RENDERERS

    for name in formats or ():
        if name not in RENDERERS:
            raise UsageError(f"--format is {' or '.join(sorted(RENDERERS))}, not «{name}».")


def _complain_about_places(out: Path | None, evidence: Path | None = None) -> None:
    """What cannot be written to is said before the notebook runs for hours, not after."""
    if out is not None and _first_there(out).is_file():
        raise UsageError(f"--out {out}: there is a file of that name. Name a folder.")
    if evidence is not None and (evidence.is_dir() or _first_there(evidence.parent).is_file()):
        raise UsageError(f"--evidence {evidence}: name a file in a folder.")


def _first_there(path: Path) -> Path:
    """The path or the nearest of its parents that exists."""
    return next((place for place in (path, *path.parents) if place.exists()), path)


def _console(quiet: bool) -> Console:
    from rich.console import Console

    return Console(quiet=quiet)


def _progress(console: Console):  # type: ignore[no-untyped-def] # the protocol's import is as heavy as the runner
    from grader.report.progress import progress_for

    return progress_for(console)


def _deliver(report: Report, console: Console, formats: list[str] | None, out: Path, stem: str) -> None:
    from grader.report import write
    from grader.report.screen import safe_line
    from grader.report.terminal import print_report

    print_report(report, console)
    for path in write(report, formats or [], out, stem):
        console.print(safe_line(console, f"Written: {path}"), soft_wrap=True)


def _exit_for(report: Report, fail_under: float | None) -> None:
    if any(exercise.status == "error" for exercise in report.exercises):
        raise typer.Exit(GraderError.exit_code)
    if fail_under is not None and report.auto.earned < fail_under:
        raise typer.Exit(_BELOW)


if __name__ == "__main__":
    main()
