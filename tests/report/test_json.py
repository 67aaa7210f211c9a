"""The interchange format: exactly its keys, readable by anybody, and back into the model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report import RENDERERS
from grader.report.model import Report

if TYPE_CHECKING:
    from collections.abc import Callable

render = RENDERERS["json"].render


def test_keys(report: Report) -> None:
    data = json.loads(render(report))
    assert list(data) == [
        "schema",
        "assignment",
        "submission",
        "effort",
        "dataset",
        "auto",
        "manual",
        "exercises",
        "run",
        "remarks",
    ]
    assert data["schema"] == "grader/report/v1"
    assert list(data["auto"]) == ["earned", "possible", "undecided"]
    assert list(data["manual"]) == ["given", "possible"]
    assert list(data["run"]) == ["seconds", "cells", "failed_cells", "sandbox", "versions"]
    for failed in data["run"]["failed_cells"]:
        assert list(failed) == ["cell", "error"]


def test_keys_of_exercises_and_checks(report: Report) -> None:
    exercises = json.loads(render(report))["exercises"]
    assert [exercise["id"] for exercise in exercises] == [exercise.id for exercise in report.exercises]
    for exercise in exercises:
        assert list(exercise) == ["id", "title", "status", "auto", "manual", "checks"]
        assert list(exercise["auto"]) == ["earned", "possible", "undecided"]
        assert list(exercise["manual"]) == ["given", "possible"]
        for check in exercise["checks"]:
            assert list(check) == [
                "id",
                "title",
                "points",
                "earned",
                "status",
                "visibility",
                "message",
                "cells",
            ]


def test_answers_are_for_people(report: Report) -> None:
    assert any(exercise.answers for exercise in report.exercises)
    assert "learns by heart" not in render(report)


def test_statuses_are_the_words_of_the_format(report: Report) -> None:
    exercises = json.loads(render(report))["exercises"]
    statuses = {entry["status"] for exercise in exercises for entry in [exercise, *exercise["checks"]]}
    words = {"passed", "partial", "failed", "not_attempted", "undecided", "pending", "error"}
    assert statuses == words, "the sample shows every status"


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\x9b"])
def test_signs_that_end_lines_or_turn_text_are_written_by_their_numbers(
    sign: str, saying: Callable[[str], Report]
) -> None:
    rendered = render(saying(f"a{sign}b"))
    assert sign not in rendered
    assert json.loads(rendered)["submission"] == f"a{sign}b"


def test_the_sample_reads_back(report: Report) -> None:
    text = render(report)
    assert text.endswith("}\n")
    assert Report.model_validate_json(text).to_json() == text


@given(text=st.text(st.characters(codec=None, exclude_categories=())))
def test_any_text_reads_back(text: str, saying: Callable[[str], Report]) -> None:
    rendered = render(saying(text))
    rendered.encode("utf-8")
    assert Report.model_validate_json(rendered).to_json() == rendered


@given(text=st.text())
def test_text_that_can_be_written_is_kept_as_it_is(text: str, saying: Callable[[str], Report]) -> None:
    assert json.loads(render(saying(text)))["submission"] == text
