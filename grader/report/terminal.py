"""The report in a terminal: what a student reads after a self-check and a TA while grading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.report.screen import safe, safe_line, status, symbol
from grader.report.visibility import for_students
from grader.report.wording import (
    CLAIMS,
    assignment,
    cells,
    claimed,
    dataset,
    effort,
    explanation,
    findings,
    manual,
    number,
    of,
    other_points,
    pending_total,
    seconds,
    written,
)

if TYPE_CHECKING:
    from rich.console import Console

    from grader.report.model import Answer, CheckReport, ExerciseReport, Report

__all__ = ["print_report"]

_ANSWER_LINES = 8
"""Of a longer answer the terminal shows the beginning; the HTML report has all of it."""


def print_report(report: Report, console: Console) -> None:
    """Print the whole report: exercises, what cost points and why, how the run went, and the score last."""
    report = for_students(report)
    _print_header(report, console)
    console.print()
    console.print(_exercise_table(report, console))
    for exercise in report.exercises:
        _print_findings(exercise, console)
    _print_answers(report, console)
    _print_remarks(report, console)
    _print_run(report, console)
    _print_score(report, console)


def _print_header(report: Report, console: Console) -> None:
    console.print(safe_line(console, assignment(report), style="bold"))
    facts = {
        "submission": report.submission,
        "assignment": report.assignment,
        "effort": effort(report),
        "data": dataset(report),
    }
    console.print(_grid(facts, console))


def _grid(facts: dict[str, str], console: Console) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts.items():
        grid.add_row(name, safe_line(console, value))
    return grid


def _exercise_table(report: Report, console: Console) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("Exercise", overflow="fold")
    table.add_column("Points", justify="right", no_wrap=True)
    table.add_column("Other points")
    table.add_column("Status", no_wrap=True)
    for exercise in report.exercises:
        table.add_row(
            safe_line(console, exercise.id),
            safe_line(console, exercise.title),
            of(exercise.auto) if exercise.auto.possible else "",
            "\n".join(other_points(exercise)),
            status(console, exercise.status),
        )
    return table


def _print_findings(exercise: ExerciseReport, console: Console) -> None:
    checks = findings(exercise)
    if not checks:
        return
    console.print()
    console.print(Text.assemble(safe_line(console, exercise.id, "bold"), "  ", safe_line(console, exercise.title)))
    for check in checks:
        _print_check(check, console)


def _print_check(check: CheckReport, console: Console) -> None:
    tail = f"{number(check.earned)} / {number(check.points)}"
    if place := cells(check.cells):
        tail += f", {place}"
    head = Text.assemble(status(console, check.status), "  ", safe_line(console, check.title), (f"  ({tail})", "dim"))
    console.print(Padding(head, (0, 0, 0, 2)))
    if message := explanation(check).strip():
        console.print(Padding(safe(console, message), (0, 0, 0, 6)))


def _print_answers(report: Report, console: Console) -> None:
    answers = written(report)
    if not answers:
        return
    console.print()
    console.print(Text("Written answers (for a person to read)", style="bold"))
    for exercises, answer in answers:
        _print_answer(exercises, answer, console)


def _print_answer(exercises: str, answer: Answer, console: Console) -> None:
    place = (f"  (cell {answer.cell})", "dim")
    head = Text.assemble(safe_line(console, exercises, "bold"), "  ", safe_line(console, answer.question), place)
    console.print(Padding(head, (0, 0, 0, 2)))
    lines = safe(console, answer.text.strip()).split("\n")
    for line in lines[:_ANSWER_LINES]:
        console.print(Padding(line, (0, 0, 0, 6)))
    if len(lines) > _ANSWER_LINES:
        console.print(Padding(Text(f"(lines left out: {len(lines) - _ANSWER_LINES})", style="dim"), (0, 0, 0, 6)))
    for claim in answer.claims:
        mark = symbol(console, CLAIMS[claim.agrees])
        console.print(Padding(Text.assemble(mark, " ", safe_line(console, claimed(claim))), (0, 0, 0, 6)))


def _print_remarks(report: Report, console: Console) -> None:
    if not report.remarks:
        return
    console.print()
    console.print(Text("Remarks (no points lost)", style="bold"))
    grid = Table.grid(padding=(0, 1))
    for remark in report.remarks:
        grid.add_row(" -", safe(console, remark))
    console.print(grid)


def _print_run(report: Report, console: Console) -> None:
    run = report.run
    console.print()
    if run.failed_cells:
        console.print(Text("Cells that did not run through", style="bold"))
        grid = Table.grid(padding=(0, 2))
        for failed in run.failed_cells:
            grid.add_row(Text(f"  cell {failed.cell}", style="red"), safe_line(console, failed.error))
        console.print(grid)
        console.print()
    versions = ", ".join(f"{package} {version}" for package, version in sorted(run.versions.items()))
    facts = {
        "run": f"{run.cells} code cells in {seconds(run.seconds)}",
        "sandbox": run.sandbox,
        "with": versions,
    }
    console.print(_grid({name: fact for name, fact in facts.items() if fact}, console))


def _print_score(report: Report, console: Console) -> None:
    auto = report.auto
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(style="dim", overflow="fold")
    score = Text(of(auto), style="bold")
    grid.add_row(Text("Automatic points", style="bold"), score, "earned / possible")
    grid.add_row("Undecided", number(auto.undecided), "of the possible ones: this run cannot decide them")
    if report.manual.given is not None:
        grid.add_row("Manual points", manual(report.manual), "given / possible")
    grid.add_row("Manual pending", number(pending_total(report)), "points that wait for a person")
    console.print()
    console.print(grid)
