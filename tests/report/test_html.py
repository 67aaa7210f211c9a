"""The HTML page: well formed and safe whatever students write, and all of the report is on it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report import RENDERERS
from grader.report.markup import Html, element, join, text
from grader.report.model import ManualPoints, Report
from grader.report.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable

render = RENDERERS["html"].render

HOSTILE = (
    "<script>alert(1)</script>",
    "</style></title></details>",
    '" onmouseover="alert(1)',
    "' onload='alert(1)",
    "<!--",
    "]]>",
    "&lt;b&gt;",
    "&#60;script&#62;",
    "javascript:alert(1)",
    "\x00<\x1b[31m>",
    "\u202e",
    "\x1b]52;c;YQ==\x07",
    "[x](javascript:alert(1))",
    "<img src=//example.org/x>",
    "</blockquote></details></section>",
    "&colon;",
    "\u2028",
    "\ud800",
)
TEXTS = (
    st.lists(st.text(max_size=20) | st.sampled_from(HOSTILE), max_size=6)
    .map(lambda parts: "word" + "".join(parts))
    .filter(lambda said: said.count("\n") < 12)  # longer answers are folded, another structure
)


class Page(HTMLParser):
    """Takes a page apart, and fails on a tag that does not close the one that is open."""

    VOID = frozenset({"br", "meta"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.comments: list[str] = []
        self.feed(source)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes.extend(attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def values(self, attribute: str) -> list[str | None]:
        return [value for name, value in self.attributes if name == attribute]

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


@given(said=TEXTS)
def test_structure_does_not_depend_on_what_is_said(said: str, saying: Callable[[str], Report]) -> None:
    page = Page(render(saying(said)))
    assert page.tags == Page(render(saying("word"))).tags
    assert not page.comments
    assert plain(said) in page.texts


def test_nothing_runs_and_nothing_is_loaded(report: Report) -> None:
    source = render(report)
    page = Page(source)
    names = {name for name, _ in page.attributes}
    assert not names & {"src", "srcset", "action", "data", "poster", "background"}
    assert not [name for name in names if name.startswith("on")]
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "object", "img", "base", "form"})
    assert not re.search(r"url\(|@import|https?:", source)
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.values("content")


def test_every_link_leads_to_a_place_on_the_page(report: Report) -> None:
    page = Page(render(report))
    places = page.values("id")
    assert len(places) == len(set(places))
    links = page.values("href")
    assert len(links) == len(report.exercises)
    assert {f"#{place}" for place in places} >= set(links)
    assert set(page.values("aria-labelledby")) <= set(places)


def test_accessibility(report: Report) -> None:
    source = render(report)
    page = Page(source)
    assert source.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert all("scope" in names for tag, names in page.tags if tag == "th")
    assert "10 of 12 points earned" in page.values("aria-label")
    assert "3 of 5 points earned, 2 undecided" in page.values("aria-label")
    assert f"{report.submission}: 58.67 / 86 automatic points" in page.text


def test_all_of_the_report_is_there(report: Report) -> None:
    shown = Page(render(report)).text
    for exercise in report.exercises:
        assert exercise.title in shown
        for check in exercise.checks:
            assert check.title in shown
            assert check.visibility == "hidden" or check.message in shown
        for answer in exercise.answers:
            assert answer.text in shown
            assert answer.question in shown
            for claim in answer.claims:
                assert f"{claim.said} {claim.quantity}: {claim.finding}" in shown
    for remark in report.remarks:
        assert remark in shown
    for failed in report.run.failed_cells:
        assert f"cell {failed.cell}" in shown
        assert failed.error in shown
    for package, version in report.run.versions.items():
        assert package in shown
        assert version in shown


def test_the_numbers_of_the_score(report: Report) -> None:
    shown = " ".join(Page(render(report)).text.split())
    for number in (
        "58.67 / 86",
        "58.67 earned",
        "5 undecided",
        "22.33 not earned",
        "14 manual points pending",
    ):
        assert number in shown


def test_the_networks_stand_side_by_side(report: Report) -> None:
    (network,) = (exercise for exercise in report.exercises if exercise.comparison)
    shown = Page(render(report.model_copy(update={"exercises": (network,)}))).text
    assert "3 401 354 parameters" in shown
    assert "686 090 parameters" in shown
    assert shown.count("no layer") == 2
    assert shown.count("differs") == 4, "three layers and the total"
    assert shown.count("agrees") == 5


def test_what_passed_is_folded_and_the_rest_is_open(report: Report) -> None:
    details = [names for tag, names in Page(render(report)).tags if tag == "details"]
    folded = [exercise for exercise, names in zip(report.exercises, details, strict=True) if "open" not in names]
    assert {exercise.status.value for exercise in folded} == {"passed"}
    assert not any(exercise.manual.possible for exercise in folded)


def test_given_manual_points(report: Report) -> None:
    graded = report.exercises[8].model_copy(update={"manual": ManualPoints(given=1.5, possible=2)})
    manual = ManualPoints(given=1.5, possible=14)
    shown = Page(render(report.model_copy(update={"exercises": (graded,), "manual": manual}))).text
    assert "1.5 / 2 manual points given." in shown
    assert "wait for a person" not in shown.replace("they wait for a person", "")


def test_claims_say_in_words_whether_they_agree(report: Report) -> None:
    shown = " ".join(Page(render(report)).text.split())
    assert "has 193 034 (agrees)" in shown
    assert "no model has so many (differs)" in shown
    assert "not run at this effort (open)" in shown


def test_a_long_answer_is_folded(saying: Callable[[str], Report]) -> None:
    short, long = (Page(render(saying("line\n" * lines))) for lines in (11, 12))
    assert len(long.tags) == len(short.tags) + 2, "details and summary instead of a paragraph, in two exercises"


def test_a_report_without_anything(report: Report) -> None:
    run = report.run.model_copy(update={"failed_cells": (), "versions": {}})
    empty = report.model_copy(update={"exercises": (), "remarks": (), "run": run, "assignment_title": ""})
    page = Page(render(empty))
    assert "Remarks" not in page.text
    assert "did not run through" not in page.text
    assert "nets" in page.texts


@given(st.text())
def test_strings_are_always_escaped(content: str) -> None:
    built = element("p", content, title=content).source
    assert re.fullmatch(r'<p title="[^"<>]*">[^"<>]*</p>', built, re.DOTALL)
    assert join(content) == text(content)


@pytest.mark.parametrize(
    ("built", "source"),
    [
        (element("br"), "<br>"),
        (element("details", open=True, class_=None), "<details open></details>"),
        (element("td", None, "a", element("b", "<"), aria_label="x"), '<td aria-label="x">a<b>&lt;</b></td>'),
        (element("details", open=False), "<details></details>"),
    ],
)
def test_elements(built: Html, source: str) -> None:
    assert built.source == source
