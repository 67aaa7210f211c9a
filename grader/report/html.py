"""The report as one HTML page that a student likes to read: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from grader.report.html_exercises import exercise_section
from grader.report.html_parts import anchor, badge, bar, counted, facts
from grader.report.markup import Html, element, join
from grader.report.visibility import for_students
from grader.report.wording import (
    assignment,
    dataset,
    effort,
    number,
    of,
    other_points,
    pending_total,
    seconds,
)

if TYPE_CHECKING:
    from grader.report.model import ExerciseReport, FailedCell, Report

__all__ = ["render"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Told to the browser as well: even markup that slipped through could load and run nothing."""


def render(report: Report) -> str:
    """Return the report as a self-contained page: score, exercises with checks and answers, and the run."""
    report = for_students(report)
    body = element(
        "body",
        element("header", _heading(report), _score(report), class_="page-head"),
        element(
            "main",
            _overview(report),
            _remarks(report),
            *(exercise_section(exercise) for exercise in report.exercises),
            _run(report),
        ),
    )
    return "<!DOCTYPE html>\n" + element("html", _head(report), body, lang="en").source + "\n"


def _head(report: Report) -> Html:
    # The style sheet is ours, and inside <style> nothing may be escaped.
    style = Html(resources.files("grader.report").joinpath("report.css").read_text(encoding="utf-8"))
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{report.submission}: {of(report.auto)} automatic points"),
        element("style", style),
    )


def _heading(report: Report) -> Html:
    what = [
        ("Submission", report.submission),
        ("Assignment", report.assignment),
        ("Effort", effort(report)),
        ("Data", dataset(report)),
    ]
    return join(element("h1", assignment(report), dir="auto"), facts(what))


def _score(report: Report) -> Html:
    auto = report.auto
    manual = [counted(pending_total(report), "manual points", "pending: they wait for a person")]
    if report.manual.given is not None:
        given = f"given of {number(report.manual.possible)}"
        manual.insert(0, counted(report.manual.given, "manual points", given))
    lost = max(0.0, auto.possible - auto.earned - auto.undecided)
    return element(
        "section",
        element("h2", "Score", id="score"),
        element("p", element("strong", of(auto)), " automatic points", class_="total"),
        bar(auto),
        element(
            "ul",
            counted(auto.earned, "earned", "by automatic checks", kind="earned"),
            counted(auto.undecided, "undecided", "this run cannot decide them", kind="undecided"),
            counted(lost, "not earned", "see the exercises below", kind="lost"),
            *manual,
            class_="counts",
        ),
        aria_labelledby="score",
    )


def _overview(report: Report) -> Html:
    columns = ("Exercise", "Points", "Other points", "Status")
    return element(
        "section",
        element("h2", "Exercises", id="exercises"),
        element(
            "table",
            element("thead", element("tr", *(element("th", name, scope="col") for name in columns))),
            element("tbody", *(_overview_row(exercise) for exercise in report.exercises)),
            class_="overview",
        ),
        aria_labelledby="exercises",
    )


def _overview_row(exercise: ExerciseReport) -> Html:
    auto = exercise.auto
    link = element("a", element("span", exercise.id, class_="id"), " ", exercise.title, href=f"#{anchor(exercise)}")
    return element(
        "tr",
        element("th", link, scope="row", dir="auto"),
        element("td", *((of(auto), bar(auto)) if auto.possible else ()), class_="number"),
        element("td", ", ".join(other_points(exercise)), class_="other"),
        element("td", badge(exercise.status), class_="status"),
    )


def _remarks(report: Report) -> Html | None:
    if not report.remarks:
        return None
    return element(
        "section",
        element("h2", "Remarks", id="remarks"),
        element("p", "Worth knowing; no points were lost for these.", class_="note"),
        element("ul", *(element("li", remark, class_="message", dir="auto") for remark in report.remarks)),
        aria_labelledby="remarks",
    )


def _run(report: Report) -> Html:
    run = report.run
    what = [("Executed", f"{run.cells} code cells in {seconds(run.seconds)}"), ("Sandbox", run.sandbox)]
    return element(
        "section",
        element("h2", "What was run", id="run"),
        facts(what + sorted(run.versions.items())),
        _failed_cells(run.failed_cells),
        element("p", "Cell numbers count every cell of the notebook, text included, from 1.", class_="note"),
        aria_labelledby="run",
    )


def _failed_cells(failed: tuple[FailedCell, ...]) -> Html | None:
    if not failed:
        return None
    rows = (
        element(
            "tr",
            element("th", f"cell {entry.cell}", scope="row"),
            element("td", element("code", entry.error)),
        )
        for entry in failed
    )
    return element(
        "table",
        element("caption", "Cells that did not run through; the cells after them were run all the same"),
        element("thead", element("tr", element("th", "Cell", scope="col"), element("th", "Error", scope="col"))),
        element("tbody", *rows),
        class_="failed-cells",
    )
