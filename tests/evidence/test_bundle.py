"""Evidence: what was written comes back, and whatever else comes is refused in words."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.errors import InfrastructureError, UsageError
from grader.evidence import CellRun, Evidence, EvidenceError, RunFacts, parse_event
from grader.evidence.schema import DataServed, Event, Fit, Histories, Remark, Summary
from tests.evidence.mutations import RECORDED

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
COUNTS = st.integers(0, 10**12)
FIGURES = st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=4)
PLACE = {"seq": COUNTS, "cell": st.integers(-1, 10**6)}
DATA = st.fixed_dictionaries(
    {"kind": st.sampled_from(["array", "tf.data", "generator"])},
    optional={
        "shape": st.lists(st.none() | st.integers(0, 10**6), max_size=5),
        "count": COUNTS,
        "low": st.floats(allow_nan=False, allow_infinity=False),
        "labels": st.fixed_dictionaries({"encoding": st.sampled_from(["sparse", "one_hot", "other"])}),
        "rows": st.fixed_dictionaries(
            {
                **dict.fromkeys(("count", "train", "test", "unknown", "distinct"), COUNTS),
                "runs": st.lists(st.tuples(st.sampled_from(["train", "test"]), COUNTS, COUNTS), max_size=3),
                "scale": st.none() | st.lists(st.floats(-1, 1), min_size=3, max_size=3),
                "offset": st.none(),
                "residual": st.none() | st.floats(0, 1),
                "per_image": st.booleans(),
            }
        ),
    },
)
NODE = st.fixed_dictionaries(
    {
        "op": NAMES,
        "config": st.dictionaries(NAMES, st.none() | st.booleans() | st.integers(0, 9) | st.lists(NAMES, max_size=2)),
        "parameters": COUNTS,
        "shape": st.lists(st.none() | st.integers(0, 99), max_size=4),
        "layer": NAMES,
        "class": NAMES,
    }
)
NODES = st.lists(NODE, max_size=3).map(
    lambda nodes: [{**node, "id": number, "inputs": list(range(number))} for number, node in enumerate(nodes)]
)
MODEL = {"model": COUNTS, "version": st.integers(-1, 10)}


def event(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), **PLACE, **fields})


EVENTS = st.one_of(
    event("finished"),
    event("log_full"),
    event("data_served", name=NAMES),
    event("remark", key=NAMES, text=NAMES),
    event("summary", **MODEL, text=NAMES, built=st.booleans()),
    event("histories", variables=st.dictionaries(NAMES, COUNTS, max_size=3)),
    event("arrays", variables=st.dictionaries(NAMES, DATA, max_size=3)),
    event("evaluate", **MODEL, x=DATA, values=st.dictionaries(NAMES, st.floats(0, 9)), predicted=st.none()),
    event(
        "fit_end",
        **MODEL,
        fit=COUNTS,
        status=st.sampled_from(["completed", "interrupted", "failed"]),
        history=st.dictionaries(NAMES, FIGURES, max_size=3),
        weights=COUNTS,
    ),
    event(
        "model",
        model=COUNTS,
        version=COUNTS,
        name=NAMES,
        cls=NAMES,
        nodes=NODES,
        parameters=COUNTS,
        trainable=COUNTS,
    ),
)
CELLS = st.lists(
    st.builds(
        CellRun,
        position=st.just(1),
        kind=st.sampled_from(["code", "markdown", "raw"]),
        source=NAMES,
        exercises=st.tuples(NAMES),
        text=NAMES,
        error=st.none() | NAMES,
        timed_out=st.booleans(),
    ),
    max_size=3,
).map(lambda cells: [cell.model_copy(update={"position": place}) for place, cell in enumerate(cells, 1)])
RUN = RunFacts(
    submission="a.ipynb",
    effort="sketch",
    dataset="cifar10",
    dataset_description="CIFAR-10",
    dataset_digest="0",
    seed=1,
    seconds=2.5,
    sandbox="process",
    versions={"keras": "3"},
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
shared_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def parsed(event: Any) -> Event:
    return parse_event(json.dumps(event).encode())


@shared_folder
@given(events=st.lists(EVENTS, max_size=5), cells=CELLS, remarks=st.lists(NAMES, max_size=2))
def test_evidence_survives_a_round_trip(tmp_path, events, cells, remarks):
    read = tuple(map(parsed, events))
    assert [(one.seq, one.cell, one.kind) for one in read] == [(e["seq"], e["cell"], e["kind"]) for e in events]
    evidence = Evidence(run=RUN, cells=tuple(cells), events=read, remarks=tuple(remarks))
    path = tmp_path / "a" / "evidence.json"
    evidence.save(path)
    assert Evidence.load(path) == evidence
    assert [file.name for file in path.parent.iterdir()] == ["evidence.json"]


@shared_folder
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_refused(tmp_path, raw):
    path = tmp_path / "file"
    path.write_bytes(raw)
    with pytest.raises(EvidenceError, match="no evidence of this version"):
        Evidence.load(path)
    with pytest.raises(EvidenceError):
        parse_event(raw)


@given(value=ANY_JSON)
def test_any_json_is_refused_unless_it_is_an_event(value):
    with pytest.raises(EvidenceError):
        parsed(value)


@given(event=EVENTS, field=st.sampled_from(["seq", "cell", "kind", "model", "nodes", "x"]), value=ANY_JSON)
def test_an_event_with_a_strange_field_is_read_or_refused(event, field, value):
    with contextlib.suppress(EvidenceError):
        assert parsed({**event, field: value}).kind == value if field == "kind" else event["kind"]


@pytest.mark.parametrize("file", sorted(RECORDED.glob("*.json")), ids=lambda file: file.stem)
def test_evidence_of_real_notebooks_is_read(file):
    assert Evidence.load(file).events


def test_cells_are_numbered():
    cells = [CellRun(position=1, kind="code", source="", ordinal=0), CellRun(position=2, kind="code", source="")]
    assert Evidence(run=RUN, cells=tuple(cells), events=()).cells == tuple(cells)
    for wrong in (cells[::-1], cells[1:], [cells[0].model_copy(update={"ordinal": 1})]):
        with pytest.raises(ValidationError, match="are not"):
            Evidence(run=RUN, cells=tuple(wrong), events=())


def test_more_bytes_than_evidence_may_have(tmp_path, monkeypatch):
    path = tmp_path / "evidence.json"
    Evidence(run=RUN, cells=(), events=()).save(path)
    monkeypatch.setattr("grader.evidence.bundle.MAX_BYTES", 10)
    with pytest.raises(EvidenceError, match="more than"):
        Evidence.load(path)


def test_a_full_disk_is_no_fault_of_the_user_and_leaves_the_older_file(tmp_path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "kept.json").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InfrastructureError, match="No space left on device"):
        Evidence(run=RUN, cells=(), events=()).save(tmp_path / "kept.json")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("kept.json", "old")]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="Name a file that --evidence wrote"):
        Evidence.load(tmp_path / "nothing.json")


def test_events_and_cells_are_found():
    cells = (
        CellRun(position=1, kind="markdown", source="# NET I"),
        CellRun(position=2, kind="code", source="1", ordinal=0),
        CellRun(position=3, kind="code", source="2", ordinal=1),
    )
    events = (
        Remark(seq=1, cell=0, kind="remark", key="k", text="t"),
        DataServed(seq=2, cell=1, kind="data_served", name="cifar10"),
    )
    evidence = Evidence(run=RUN, cells=cells, events=events)
    assert evidence.of(DataServed) == [events[1]]
    assert evidence.of(Fit) == evidence.of(Histories) == evidence.of(Summary) == []
    assert (evidence.cell(1), evidence.position(1)) == (cells[2], 3)
    assert (evidence.cell(-1), evidence.position(7)) == (None, 0)


def test_evidence_cannot_be_changed():
    evidence = Evidence(run=RUN, cells=(), events=())
    with pytest.raises(ValidationError):
        evidence.remarks = ("changed",)
