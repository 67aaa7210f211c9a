"""One exercise on the HTML page: its checks, the network beside the expected one, the written answers."""

from __future__ import annotations

from grader.report.html_parts import anchor, badge
from grader.report.markup import Html, element, join
from grader.report.model import (
    Answer,
    ArchitectureComparison,
    ArchitectureRow,
    CheckReport,
    Claim,
    ExerciseReport,
    ManualPoints,
    Status,
)
from grader.report.wording import CLAIMS, cells, claimed, explanation, manual, number, of, thousands

__all__ = ["exercise_section"]

_LONGEST_ANSWER_LINES = 12
"""Written answers longer than this are folded, so that the feedback stays in sight."""


def exercise_section(exercise: ExerciseReport) -> Html:
    """Return the section of one exercise. One that passed is folded: there is nothing to do about it."""
    heading = element("h2", element("span", exercise.id, class_="id"), " ", exercise.title, dir="auto")
    points = f"{of(exercise.auto)} points" if exercise.auto.possible else None
    summary = element(
        "summary",
        heading,
        element("span", points, class_="points"),
        badge(exercise.status),
        class_="exercise-head",
    )
    checks = element("ul", *(_check(check) for check in exercise.checks), class_="checks")
    return element(
        "details",
        summary,
        _not_attempted() if exercise.status is Status.NOT_ATTEMPTED else None,
        checks if exercise.checks else None,
        _comparison(exercise.comparison) if exercise.comparison else None,
        _manual(exercise.manual, exercise.answers),
        class_="exercise",
        id=anchor(exercise),
        open=exercise.status is not Status.PASSED or bool(exercise.manual.possible),
    )


def _not_attempted() -> Html:
    return element("p", "Nothing in the notebook was recognised as work on this exercise.", class_="note")


def _check(check: CheckReport) -> Html:
    message = explanation(check).strip()
    head = element(
        "div",
        badge(check.status),
        element("span", check.title, class_="check-title", dir="auto"),
        element("span", cells(check.cells), class_="where") if check.cells else None,
        element("span", f"{number(check.earned)} / {number(check.points)}", class_="points"),
        class_="check-head",
    )
    return element(
        "li",
        head,
        element("p", message, class_="message", dir="auto") if message else None,
        class_=f"check {check.status.value}",
    )


def _comparison(comparison: ArchitectureComparison) -> Html:
    columns = ("Your network", "Expected", "")
    header = (element("th", name, scope="col") if name else element("td") for name in columns)
    return element(
        "table",
        element("caption", comparison.title, dir="auto"),
        element("thead", element("tr", *header)),
        element("tbody", *(_comparison_row(row) for row in comparison.rows)),
        _totals(comparison),
        class_="comparison",
    )


def _comparison_row(row: ArchitectureRow) -> Html:
    mark = ("=", "agrees") if row.agrees else ("≠", "differs")
    return element(
        "tr",
        _layer(row.found),
        _layer(row.expected),
        element("td", element("span", mark[0], aria_hidden="true"), " ", mark[1], class_="mark"),
        class_=mark[1],
    )


def _layer(description: str | None) -> Html:
    if description is None:
        return element("td", "no layer", class_="absent")
    return element("td", description, dir="auto")


def _totals(comparison: ArchitectureComparison) -> Html | None:
    found, expected = comparison.found_parameters, comparison.expected_parameters
    if found is None and expected is None:
        return None
    agreement = None if found is None or expected is None else "agrees" if found == expected else "differs"
    cells_ = (element("td", "" if count is None else f"{thousands(count)} parameters") for count in (found, expected))
    return element("tfoot", element("tr", *cells_, element("td", agreement, class_="mark"), class_=agreement))


def _manual(points: ManualPoints, answers: tuple[Answer, ...]) -> Html | None:
    if not points.possible and not answers:
        return None
    return element(
        "div",
        element("h3", "For a person to read"),
        _manual_points(points),
        *(_answer(answer) for answer in answers),
        class_="by-person",
    )


def _manual_points(points: ManualPoints) -> Html | None:
    if not points.possible:
        return None
    if points.given is not None:
        return element("p", f"{manual(points)} manual points given.")
    return element("p", badge(Status.PENDING), f" {number(points.possible)} manual points wait for a person.")


def _answer(answer: Answer) -> Html:
    where = f"Your answer in cell {answer.cell}"
    question = element("p", answer.question, class_="question", dir="auto") if answer.question else None
    quote = element("blockquote", answer.text.strip(), dir="auto")
    claims = element("ul", *(_claim(claim) for claim in answer.claims), class_="claims") if answer.claims else None
    if answer.text.count("\n") < _LONGEST_ANSWER_LINES:
        return join(element("p", where, class_="where"), question, quote, claims)
    return join(question, element("details", element("summary", where, class_="where"), quote), claims)


def _claim(claim: Claim) -> Html:
    wording = CLAIMS[claim.agrees]
    mark = element("span", wording.symbol, aria_hidden="true")
    return element("li", mark, " ", claimed(claim), f" ({wording.words})", class_=wording.words, dir="auto")
