"""Small parts of the HTML page that return in several places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.report.markup import Html, element
from grader.report.wording import STATUSES, number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.report.model import AutoPoints, ExerciseReport, Status

__all__ = ["anchor", "badge", "bar", "counted", "facts"]


def anchor(exercise: ExerciseReport) -> str:
    """Return the id of an exercise's section on the page; links in e-mails and issues lead there."""
    return "exercise-" + re.sub(r"\W", "-", exercise.id)


def badge(status: Status) -> Html:
    """Return a status as symbol and words; its colour only repeats them."""
    wording = STATUSES[status]
    symbol = element("span", wording.symbol, aria_hidden="true")
    return element("span", symbol, " ", wording.words, class_=f"badge {status.value}")


def bar(points: AutoPoints) -> Html | None:
    """Return earned and undecided points as parts of a bar that screen readers get as a sentence."""
    if not points.possible:
        return None
    spoken = f"{number(points.earned)} of {number(points.possible)} points earned"
    if points.undecided:
        spoken += f", {number(points.undecided)} undecided"
    return element(
        "span",
        _part("earned", points.earned / points.possible),
        _part("undecided", points.undecided / points.possible),
        class_="bar",
        role="img",
        aria_label=spoken,
    )


def _part(kind: str, share: float) -> Html:
    return element("span", class_=kind, style=f"width:{100 * min(1.0, max(0.0, share)):.2f}%")


def counted(points: float, what: str, why: str, kind: str = "manual") -> Html:
    """Return one of the numbers of the score with what it counts."""
    label = element("span", what, class_="what")
    return element(
        "li",
        element("strong", number(points)),
        label,
        element("span", why, class_="why"),
        class_=f"count {kind}",
    )


def facts(entries: Iterable[tuple[str, str]]) -> Html:
    """Return names with their values as a description list; empty values are left out."""
    pairs = (element("div", element("dt", name), element("dd", value, dir="auto")) for name, value in entries if value)
    return element("dl", *pairs, class_="facts")
