"""Of several models with batch normalisation the one that goes on from the student's own network is meant."""

from __future__ import annotations

from grader.evidence.schema import Evaluation, Event
from grader.evidence.values import DataGiven, Node
from grader.models import Network, attribute
from grader.models.attribution import Candidate
from grader.models.stages import Chain
from tests.checks.factories import code, evidence, model, node


def network(filters: int, *, dropout: bool = False, normalised: bool = False) -> list[Node]:
    """A small CNN."""
    followers = ["batch_norm"] * normalised + ["activation"] + ["dropout"] * dropout
    nodes = [
        node(0, "input", (8, 8, 3)),
        node(1, "conv2d", (6, 6, filters), 9, filters=filters, kernel=[3, 3], strides=[1, 1]),
    ]
    for name in followers:
        settings = {"activation": {"function": "relu"}, "dropout": {"rate": 0.5}}.get(name, {})
        nodes.append(node(len(nodes), name, (6, 6, filters), **settings))
    return [*nodes, node(len(nodes), "dense", (10,), 50, units=10)]


def has(op: str, without: str = ""):
    def likeness(candidate: Candidate) -> float:
        ops = {one.op for one in candidate.snapshot.nodes}
        return float(op in ops and without not in ops)

    return likeness


def networks(base: str | None) -> list[Network]:
    return [
        Network("dropout", Chain((), 0), ("one",), has("dropout", without="batch_norm")),
        Network("normalised", Chain((), 0), ("two",), has("batch_norm"), extends=base),
        Network("own", Chain((), 0), ("three",), lambda _: 0.8),
    ]


def told(*models: list[Node]) -> list[Event]:
    events: list[Event] = []
    for number, nodes in enumerate(models):
        events.append(model(2 * number + 1, number, nodes, number=number))
        events.append(
            Evaluation(
                seq=2 * number + 2,
                cell=number,
                kind="evaluate",
                model=number,
                version=0,
                x=DataGiven(),
                values={},
                predicted=None,
            )
        )
    return events


NOTEBOOK = (
    network(8, dropout=True),
    network(8, dropout=True, normalised=True),
    network(32, dropout=True, normalised=True),
    network(64, dropout=True, normalised=True),
)


def played(base: str | None, *models: list[Node]) -> dict[str, int]:
    cells = [code() for _ in models]
    return {
        name: role.snapshot.model for name, role in attribute(evidence(cells, told(*models)), networks(base)).items()
    }


def test_the_model_that_goes_on_from_the_one_before_is_meant():
    assert played("dropout", *NOTEBOOK) == {"dropout": 0, "normalised": 1, "own": 3}


def test_without_a_base_the_latest_is_meant():
    assert played(None, *NOTEBOOK) == {"dropout": 0, "normalised": 2, "own": 3}


def test_what_is_lost_on_the_way_makes_it_no_other_network():
    lost = (NOTEBOOK[0], network(8, normalised=True), *NOTEBOOK[2:])
    assert played("dropout", *lost) == {"dropout": 0, "normalised": 1, "own": 3}


def test_a_model_built_again_replaces_its_first_attempt():
    again = (NOTEBOOK[0], NOTEBOOK[1], network(8, normalised=True), NOTEBOOK[3])
    assert played("dropout", *again)["normalised"] == 2


def test_without_the_base_there_is_nothing_to_go_by():
    assert played("dropout", *NOTEBOOK[1:]) == {"normalised": 1, "own": 2}
