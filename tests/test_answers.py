"""Written answers in a report: under which exercise, with which question, and what is said of their figures."""

from __future__ import annotations

from typing import Any

import pytest

from grader.answers import answer, placed
from grader.assignments import Exercise
from grader.checks import Submission
from grader.evidence.schema import Evaluation
from grader.evidence.values import DataGiven
from grader.intake import WrittenAnswer
from grader.models import Network, expected_chain
from reference.architecture import Dense, Flatten
from tests.checks.factories import code, evidence, model, node, training

EXERCISE = Exercise(id="e1", title="What do you see?", auto=0, manual=2)
LAYERS = [
    node(0, "input", (32, 32, 3)),
    node(1, "flatten", (3072,)),
    node(2, "dense", (10,), 30_730, units=10),
    node(3, "activation", (10,), function="softmax"),
]


def submission(effort: str = "full") -> Submission:
    """A network built in cell 2, trained in cell 3 and evaluated in cell 4."""
    evaluation = Evaluation(
        seq=9, cell=3, kind="evaluate", model=0, version=0, x=DataGiven(), values={"accuracy": 0.6634}, predicted=None
    )
    history = {"accuracy": [0.31, 0.4531], "val_accuracy": [0.35, 0.5064]}
    seen = evidence([code()] * 5, [model(1, 1, LAYERS), *training(5, 2, history), evaluation], effort=effort)
    chain = expected_chain((Flatten(), Dense(10, "softmax")))
    return Submission(seen, [Network("NET", chain, ("e1", "e2"))])


def claims(text: str, effort: str = "full") -> list[tuple[bool | None, str]]:
    found = answer(submission(effort), EXERCISE, WrittenAnswer(5, text))
    return [(claim.agrees, claim.finding) for claim in found.claims]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It has 30 730 parameters.", (True, "NET (cell 2) has 30 730")),
        ("It has 31K parameters.", (True, "NET (cell 2) has 30 730")),
        ("It has 30 370 parameters.", (False, "no model of this notebook has so many")),
        ("66.3 % test accuracy", (True, "the evaluation in cell 4 gave 66.34%")),
        ("accuracy 0.5064 after two epochs", (True, "the training in cell 3 gave 50.64%")),
        ("an accuracy of 65 %", (None, "the evaluation in cell 4 gave 66.34% in this run")),
        ("an accuracy of 98 %", (False, "the evaluation in cell 4 gave 66.34% in this run")),
    ],
)
def test_figures_are_laid_beside_what_the_run_has(text: str, expected: tuple[Any, str]) -> None:
    assert claims(text) == [expected]


def test_made_up_accuracies_are_compared_with_nothing() -> None:
    assert claims("30 730 parameters, 66.3 % accuracy", effort="sketch") == [
        (True, "NET (cell 2) has 30 730"),
        (None, "not run at this effort"),
    ]


def test_where_nothing_was_measured_an_accuracy_is_open() -> None:
    nothing = Submission(evidence([code()], effort="full"))
    (claim,) = answer(nothing, EXERCISE, WrittenAnswer(1, "70 % accuracy")).claims
    assert (claim.agrees, claim.finding) == (None, "no accuracy was measured in this run")


def test_question_or_for_want_of_one_the_title() -> None:
    assert answer(submission(), EXERCISE, WrittenAnswer(5, "They part.", "Where?")).question == "Where?"
    assert answer(submission(), EXERCISE, WrittenAnswer(5, "They part.")).question == "What do you see?"


def test_answers_under_no_heading_are_about_the_network_built_before_them() -> None:
    before, after = WrittenAnswer(1, "Let us begin."), WrittenAnswer(4, "They part.")
    assert placed(submission(), [before, after]) == {"e1": [after], "e2": [after]}
    assert placed(Submission(evidence([code()])), [before]) == {}
