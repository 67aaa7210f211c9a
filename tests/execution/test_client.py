"""Outputs that a kernel sends: texts are kept, up to a limit, and whatever else it may send is dropped."""

from __future__ import annotations

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.execution.client import CellClient, cleaned
from grader.execution.outputs import error_line, shown_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KINDS = ["stream", "display_data", "execute_result", "update_display_data", "error", "status", "comm_open", "", "x"]
NAMES = ["name", "text", "data", "transient", "display_id", "ename", "evalue", "text/plain", "text/html", "wait"]
CONTENT = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6) | JSON


def client(limit: int | None = None) -> tuple[CellClient, nbformat.NotebookNode]:
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x")])
    made = CellClient(node)
    made.output_limit = limit
    made.clear_before_next_output = False  # as before each cell
    return made, node.cells[0]


def send(made: CellClient, cell: nbformat.NotebookNode, kind: str, content: object) -> None:
    made.process_message({"msg_type": kind, "content": content, "parent_header": {}}, cell, 0)


@given(st.lists(st.tuples(st.sampled_from(KINDS[:5]), CONTENT), max_size=6))
def test_whatever_outputs_hold_they_can_be_read(messages: list[tuple[str, object]]) -> None:
    made, cell = client(1000)
    for kind, content in messages:
        send(made, cell, kind, content)
    assert isinstance(shown_text(cell.outputs), str)
    assert error_line(cell.outputs) is None or isinstance(error_line(cell.outputs), str)


def test_texts_are_kept_and_pictures_are_not() -> None:
    assert cleaned("stream", {"name": "stdout", "text": "a", "more": 1}) == {"name": "stdout", "text": "a"}
    shown = cleaned("display_data", {"data": {"text/plain": "<Figure>", "image/png": "iVBOR"}, "metadata": {}})
    assert shown is not None
    assert shown["data"] == {"text/plain": "<Figure>"}


@pytest.mark.parametrize("kind", ["comm_open", "comm_msg", "debug_event", "no such thing"])
def test_messages_that_are_no_output_are_dropped(kind: str) -> None:
    made, cell = client()
    send(made, cell, kind, {"data": {"state": "x" * 100}, "comm_id": "1"})
    assert cell.outputs == []
    assert made.widget_state == {}


@pytest.mark.parametrize("text", ["a", "a" * 900])
def test_outputs_beyond_the_limit_are_cut_off_once(text: str) -> None:
    made, cell = client(limit=1000)
    for _ in range(50):
        send(made, cell, "stream", {"name": "stdout", "text": text})
    said = shown_text(cell.outputs)
    assert said.count("[Cut off here: the outputs of a cell may have 4,000 characters.]") == 1
    assert len(said) < 5000


def test_a_second_cell_has_room_of_its_own() -> None:
    made, cell = client(limit=1000)
    for _ in range(50):
        send(made, cell, "stream", {"name": "stdout", "text": "a" * 900})
    other = nbformat.v4.new_code_cell("y")
    made.nb.cells.append(other)
    later = {"msg_type": "stream", "content": {"name": "stdout", "text": "later"}, "parent_header": {}}
    made.process_message(later, other, 1)
    assert shown_text(other.outputs) == "later"
