"""Figures that follow from a network's layers are found wherever they stand; what is missing is named."""

from __future__ import annotations

import pytest

from grader.checks import Submission
from grader.checks.outcomes import Failed, NotAttempted, Partial
from grader.checks.structure.formulas import expect_parameter_figures, expect_size_figures, expect_summary
from grader.evidence import CellRun
from grader.evidence.schema import Event, Numbers, Summary
from grader.models import Network, Role, chain_of
from tests.checks.factories import code, evidence, markdown, model, node, training

CONV = {"kernel": [3, 3], "strides": [1, 1], "padding": "valid", "use_bias": True}
POOL = {"pool": [2, 2], "strides": [2, 2], "padding": "valid"}
NODES = (
    node(0, "input", (32, 32, 3)),
    node(1, "conv2d", (30, 30, 4), 112, filters=4, **CONV),
    node(2, "max_pool", (15, 15, 4), **POOL),
    node(3, "conv2d", (13, 13, 8), 296, filters=8, **CONV),
    node(4, "max_pool", (6, 6, 8), **POOL),
    node(5, "flatten", (288,)),
    node(6, "dense", (10,), 2890, units=10, use_bias=True),
)
SIDES = "30 15 13 6"


def submitted(*cells: CellRun, events: tuple[Event, ...] = ()) -> tuple[Submission, Role]:
    """A notebook whose first code cell defines the network."""
    built = model(1, 0, NODES)
    network = Network("NET", chain_of(built), ("e1", "e2"))
    submission = Submission(evidence([code("net = ..."), *cells], [built, *events]), [network])
    return submission, submission.role("NET")


@pytest.mark.parametrize(
    "cell",
    [
        code("print(p)", "112\n296\n"),
        code("print(p)", "P1 = (3·3·3 + 1)·4 = 112, P2 = (3·3·4 + 1)·8 = 296"),
        markdown("The convolutions have **112** and **296** parameters."),
        code("# 112 and 296"),
    ],
)
def test_parameters_count_however_they_are_stated(cell: CellRun) -> None:
    expect_parameter_figures(*submitted(cell))


def test_parameters_in_variables() -> None:
    numbers = Numbers(seq=2, cell=1, kind="numbers", variables={"p": (112.0, 296.0)})
    expect_parameter_figures(*submitted(code("p = ..."), events=(numbers,)))


def test_parameters_of_the_summary_alone_are_nobodys_work() -> None:
    text = "conv2d 112\nconv2d_1 296\n"
    shown = Summary(seq=2, cell=1, kind="summary", model=0, version=0, text=text, built=True)
    submission, role = submitted(code("net.summary()", text), events=(shown,))
    with pytest.raises(NotAttempted, match="No figure for the parameters of NET"):
        expect_parameter_figures(submission, role)
    expect_summary(submission, role)


def test_forgotten_bias_is_named() -> None:
    with pytest.raises(Failed) as caught:
        expect_parameter_figures(*submitted(code("print(p)", "108 288")))
    assert "convolution 4 · 3×3 on 3 channels: found 108, which leaves out the bias of each filter" in str(caught.value)
    assert "convolution 8 · 3×3 on 4 channels: found 288" in str(caught.value)


def test_half_of_the_parameters_is_half_of_the_points() -> None:
    with pytest.raises(Partial, match=r"convolution 8 · 3×3 on 4 channels: its number .* not found") as caught:
        expect_parameter_figures(*submitted(code("print(p)", "112")))
    assert caught.value.share == 0.5
    assert "296" not in caught.value.message, "the solution is not handed out"


@pytest.mark.parametrize(
    "text", [SIDES, "30, 15, 13, 6.5 → 6", "O = 30×30, 15×15, 13×13 and 6×6", "30.0 15.0 13.0 6.5"]
)
def test_sides_are_found(text: str) -> None:
    expect_size_figures(*submitted(code("print(o)", text)))


def test_no_sides() -> None:
    with pytest.raises(NotAttempted, match="sizes of NET's maps"):
        expect_size_figures(*submitted(code("print('hello')", "hello")))


def test_missing_sides_are_named_in_order() -> None:
    with pytest.raises(Partial) as caught:
        expect_size_figures(*submitted(code("print(o)", "30 15 12 6")))
    assert "2. max pool" not in caught.value.message
    assert "3. convolution 8 · 3×3" in caught.value.message
    assert caught.value.share == 0.5, "a side of 6 is no accident only where the larger ones are right"


def test_sides_after_the_training_are_about_something_else() -> None:
    trained = training(2, 1, {"loss": [1.0]})
    submission, role = submitted(code("net.fit()"), code("print(o)", SIDES), events=trained)
    with pytest.raises(NotAttempted):
        expect_size_figures(submission, role)


def test_sides_under_a_heading_of_the_network_count_wherever_it_stands() -> None:
    trained = training(2, 1, {"loss": [1.0]})
    later = code("print(o)", SIDES, exercises=("e2",))
    expect_size_figures(*submitted(code("net.fit()"), later, events=trained))


def test_sides_after_the_next_network_are_about_that_one() -> None:
    built, following = model(1, 0, NODES), model(2, 1, NODES[:-1], number=1)
    networks = [Network("NET", chain_of(built), ("e1",)), Network("NEXT", chain_of(following), ("e2",))]
    cells = [code("net = ..."), code("following = ..."), code("print(o)", SIDES)]
    submission = Submission(evidence(cells, [built, following]), networks)
    expect_size_figures(submission, submission.role("NEXT"))
    with pytest.raises(NotAttempted):
        expect_size_figures(submission, submission.role("NET"))


@pytest.mark.parametrize("text", ["", "  \n"])
def test_summary_that_shows_nothing(text: str) -> None:
    shown = Summary(seq=2, cell=0, kind="summary", model=0, version=0, text=text, built=False)
    with pytest.raises(NotAttempted, match="summary of NET was not printed"):
        expect_summary(*submitted(events=(shown,)))


def test_summary_of_another_model() -> None:
    other = model(2, 0, NODES[:2], number=1)
    shown = Summary(seq=3, cell=0, kind="summary", model=1, version=0, text="conv2d", built=True)
    with pytest.raises(NotAttempted, match="summary of NET was not printed"):
        expect_summary(*submitted(events=(other, shown)))
