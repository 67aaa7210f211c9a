"""Parameter counts that a notebook states, against those of its models."""

from __future__ import annotations

import pytest

from grader.checks import Submission
from grader.checks.claims import claims_in
from grader.checks.outcomes import Failed, NotAttempted
from grader.checks.structure.counts import expect_count_right, expect_count_shown, known_count
from grader.evidence import CellRun
from grader.evidence.schema import Event, Summary
from grader.evidence.values import Node
from grader.models import Chain, Network, Role
from tests.checks.factories import code, evidence, markdown, model, node

# Two dense networks on vectors of 8: 9·50 + 51·10 and 9·300 + 301·10 parameters.
SMALL, LARGE = 960, 5710
PROMPT = "For example, a network could have 7 777 parameters."


def layers(hidden: int) -> list[Node]:
    return [
        node(0, "input", (8,)),
        node(1, "dense", (hidden,), 9 * hidden, units=hidden),
        node(2, "dense", (10,), (hidden + 1) * 10, units=10),
    ]


def summary(text: str, *, built: bool = True) -> Summary:
    return Summary(seq=5, cell=1, kind="summary", model=1, version=0, text=text, built=built)


def submission(*cells: CellRun, events: tuple[Event, ...] = ()) -> tuple[Submission, Role]:
    """A notebook that builds the small network and then the large one, which is «model 2»; further cells follow."""
    built = (model(1, 0, layers(50), number=0), model(2, 1, layers(300), number=1))
    seen = evidence([code(), code(), *cells], [*built, *events])
    network = Network("model 2", Chain((), 0), ())
    return Submission(seen, prompts=[PROMPT]), Role(network, built[1], Chain((), LARGE), frozenset({1}), 2)


RIGHT = [
    [markdown("Model 2 has 5 710 parameters.")],
    [markdown("**5,710** parameters, and 960 before")],
    [markdown("It has 5.7K weights, some 5 times as many parameters as model 1.")],
    [markdown("It has 4 750 parameters more than model 1, to be exact 5710 in all.")],
    [code(text="5710\n")],
    [code("# 5710 parameters")],
    [code(text="params: 5710"), markdown("VGG16 has 138 million parameters, a dense network would have 50 000.")],
]


@pytest.mark.parametrize("cells", RIGHT)
def test_right_counts(cells: list[CellRun]) -> None:
    expect_count_shown(*submission(*cells))
    expect_count_right(*submission(*cells))


def test_a_summary_says_it_all() -> None:
    expect_count_shown(*submission(events=(summary("Total params: 5,710"),)))
    expect_count_right(*submission(events=(summary("Total params: 5,710"),)))


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [markdown("It has more parameters.")],
        [markdown(PROMPT)],
        [markdown("Trained on 50000 images.")],
    ],
)
def test_nothing_stated(cells: list[CellRun]) -> None:
    for expect in (expect_count_shown, expect_count_right):
        with pytest.raises(NotAttempted, match="parameters of model 2 is not stated"):
            expect(*submission(*cells))


def test_a_summary_of_what_is_not_built_yet_says_nothing() -> None:
    with pytest.raises(NotAttempted):
        expect_count_shown(*submission(events=(summary("Total params: 0 (unbuilt)", built=False),)))


@pytest.mark.parametrize(
    "text", ["Model 2 has 5 701 parameters.", "5,170 parameters", "The network has about 6.9K weights."]
)
def test_wrong_count(text: str) -> None:
    with pytest.raises(Failed, match=r"model 2 has 5 710") as failed:
        expect_count_right(*submission(markdown(text), events=(summary("Total params: 5,710"),)))
    assert failed.value.cells == (3,)
    with pytest.raises(Failed, match="not among those stated"):
        expect_count_shown(*submission(markdown(text)))


def test_count_of_the_other_model_stated_for_this_one() -> None:
    cells = (code(text="1 960 parameters"), markdown("Model 2 has 1 960 parameters."))
    wider = model(9, 0, layers(103), number=2)  # 9·103 + 104·10 = 1967 parameters
    assert wider.parameters == 1967
    stated = [cell.model_copy(update={"source": cell.source.replace("1 960", "1 967"), "text": ""}) for cell in cells]
    with pytest.raises(Failed, match="Found 1 967 parameters stated"):
        expect_count_right(*submission(*stated, events=(wider,)))


@pytest.mark.parametrize(
    "text",
    [
        "Compared with model 3, which has 1 967 parameters, model 2 has more.",
        "The model before had 1 967 parameters.",
        "A layer of it has 3 010 parameters.",
    ],
)
def test_counts_of_other_things_are_no_mistake(text: str) -> None:
    wider = model(9, 0, layers(103), number=2)
    expect_count_right(*submission(markdown(text), events=(summary("Total params: 5,710"), wider)))


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("5710 parameters", "a model (cell 2) has 5 710"),
        ("3010 parameters", "a layer of the model in cell 2 has 3 010"),
        ("4750 parameters more", "two models of this notebook differ by 4 750"),
        ("17132 params", "the summary in cell 2 shows 17 132"),
        ("1234 parameters", None),
    ],
)
def test_what_a_count_may_be_of(text: str, known: str | None) -> None:
    found, _ = submission(events=(summary("Total params: 17,132 (67 KB)\nTrainable params: 5,710"),))
    (claim,) = claims_in(text)
    assert known_count(found, claim) == known
