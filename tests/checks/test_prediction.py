"""Whether the first prediction is compared with its label, decided from outputs with made-up predictions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.checks import Submission
from grader.checks.outcomes import CheckOutcome, Failed, NotAttempted
from grader.checks.training.prediction import expect_first_compared
from grader.evidence import CellRun
from grader.evidence.schema import Event, Prediction, ReplayOutputs
from grader.evidence.values import DataGiven, Rows
from grader.models import Network, expected_chain
from reference import nets
from reference.architecture import Dense, Flatten
from tests.checks.factories import code, evidence, model, node

LABELS = {"first": 3, "second": 8}
CLASSES = {"recognised": 3, "mistaken": 6, "otherwise": 9, "second": 3}
SECOND = {"recognised": 8, "mistaken": 8, "otherwise": 8, "second": 1}
NAMES = ("plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
STACK = (Flatten(), Dense(10, "softmax"))


def vector(number: int) -> str:
    return "[" + " ".join("0.91" if index == number else "0.01" for index in range(10)) + "]"


def judged(
    said: Callable[[int, int], str] | None, *, cells: tuple[CellRun, ...] = (), rows: str = "test"
) -> CheckOutcome | None:
    """How the check ends for a cell whose output is `said(class of the first image, class of the second)`."""
    nodes = [
        node(0, "input", (32, 32, 3)),
        node(1, "flatten", (3072,)),
        node(2, "dense", (10,), 30_730, units=10),
        node(3, "activation", (10,), function="softmax"),
    ]
    given = Rows(
        count=100,
        train=100 if rows == "train" else 0,
        test=100 if rows == "test" else 0,
        unknown=0,
        distinct=100,
        runs=((rows, 0, 100),),
        scale=None,
        offset=None,
        residual=None,
        per_image=False,
    )
    prediction = Prediction(
        seq=2,
        cell=0,
        kind="predict",
        model=0,
        version=0,
        via="predict",
        training=False,
        x=DataGiven(rows=given, count=100),
        shape=(100, 10),
        classes=(0,),
    )
    events: list[Event] = [model(1, 0, nodes), prediction]
    if said is not None:
        outputs = {name: said(CLASSES[name], SECOND[name]) for name in CLASSES}
        events.append(
            ReplayOutputs(seq=3, cell=0, kind="replay", predictions=(2,), cells=(0,), outputs=outputs, classes=CLASSES)
        )
    network = Network("NET", expected_chain(STACK), ("exe01",))
    submission = Submission(evidence(cells or (code(),), events), [network])
    try:
        expect_first_compared(submission, submission.role("NET"))
    except CheckOutcome as outcome:
        return outcome
    return None


@pytest.mark.parametrize(
    "said",
    [
        lambda first, _: str(first == 3),
        lambda first, _: f"[{first == 3!s:>5}]",
        lambda first, _: f"predicted {first}, label 3",
        lambda first, _: f"{NAMES[first]} / {NAMES[3]}",
        lambda first, _: "well done" if first == 3 else "no luck",
        lambda first, _: str(int(first == 3)),
        lambda first, second: f"[{first} {second} 8 ... 5 1 7]\n[[3]]",
        lambda first, second: f"[{first} {second} 8 ... 5 1 7]\n{first == 3}",
        lambda first, _: f"{vector(first)}\n{first} 3",
        lambda first, _: f"{0.9 + 0.1 * (first == 3):.4f}",
        lambda first, _: f"{NAMES[first]} and truth {NAMES[3]} <obj at 0x{first:08x}>",
    ],
)
def test_comparisons_of_every_form_are_seen(said: Callable[[int, int], str]) -> None:
    assert judged(said) is None


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (lambda first, _: "[" + " ".join(["False"] * 10) + "]", "No output depends"),
        (lambda first, _: f"{vector(first)} 3", "vector of ten probabilities"),
        (lambda _, second: str(second == 8), "second test image"),
        (lambda first, _: f"the net says {NAMES[first]}", "comparison with the label"),
        (lambda first, _: f"the net says {first}", "comparison with the label"),
        (lambda first, _: f"[3 6 {25 - first} 12]", "not the class of the largest probability"),
        (lambda first, _: f"<obj at 0x{first:08x}>", "probabilities|No output"),
    ],
)
def test_what_is_no_comparison_is_said_to_be_none(said: Callable[[int, int], str], message: str) -> None:
    outcome = judged(said)
    assert isinstance(outcome, Failed)
    assert any(part in outcome.message for part in message.split("|"))
    assert outcome.cells == (1,)


def test_a_label_printed_nearby_is_for_the_reader_to_compare() -> None:
    cells = (code(), code("print(y_test[0])", text="[3]\n"))
    assert judged(lambda first, _: f"the net says {first}", cells=cells) is None


@pytest.mark.parametrize(
    ("source", "passes"),
    [("print(p[0].argmax() == y[0])", True), ("print(p[0] == y[0])", False)],
)
def test_cells_that_cannot_be_run_again_are_read(source: str, passes: bool) -> None:
    assert (judged(None, cells=(code(source),)) is None) is passes


def test_the_first_training_image_is_another_one() -> None:
    outcome = judged(lambda first, _: str(first == 3), rows="train")
    assert isinstance(outcome, Failed)
    assert "not the first image of the test set" in outcome.message


def test_no_prediction_is_no_attempt() -> None:
    network = Network("NET I", expected_chain(nets.NET_I), ("exe03",))
    submission = Submission(evidence([code()]), [network])
    with pytest.raises(NotAttempted):
        submission.role("NET I")
