"""What gave full marks in graders before this one."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from tests.hostile.conftest import NOTEBOOKS, Attack, Outcome, assert_no_more_than, assert_same_points, cells_of

WITHOUT_EFFECT = ("exits_politely", "patched_pytest", "pickle_in_outputs", "written_reports", "exits_early")
"""Those after which the rest of the notebook counts as if they were not there."""
NOTICED = ("patched_execution", "patched_run_cell")
OTHERS = ("dropped_asserts", "rewritten_cells", "equal_to_everything")


def test_every_attack_is_tried() -> None:
    assert {path.stem for path in (NOTEBOOKS / "old").glob("*.py")} == {*WITHOUT_EFFECT, *NOTICED, *OTHERS}


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_attack_changes_no_points(name: str, attack: Attack, base: Outcome) -> None:
    outcome = attack(f"old/{name}")
    assert_same_points(outcome, base)


@pytest.mark.parametrize("name", NOTICED)
def test_attack_on_the_run_is_noticed_and_gains_nothing(name: str, attack: Attack, base: Outcome) -> None:
    outcome = attack(f"old/{name}")
    assert_no_more_than(outcome, base)
    assert outcome.noticed
    assert "Tampering suspected: In cell 2" in outcome.remarks


@pytest.mark.parametrize("name", OTHERS)
def test_attack_gains_nothing(name: str, attack: Attack, base: Outcome) -> None:
    outcome = attack(f"old/{name}")
    assert_no_more_than(outcome, base)


def test_kernel_that_has_ended_keeps_what_was_recorded(attack: Attack) -> None:
    outcome = attack("old/exits_early")
    assert "The run ended early: the kernel died in cell 9" in outcome.remarks
    assert "never run" not in outcome.text


@pytest.mark.parametrize("tags", [["skip-execution"], ["skip"], [""], ["raises-exception"], ["remove-cell", "hide"]])
def test_tags_of_a_cell_do_not_keep_it_from_being_run(
    tags: list[str], attack: Attack, base: Outcome, tmp_path: Path
) -> None:
    node = nbformat.v4.new_notebook()
    for source in cells_of(NOTEBOOKS / "base.py"):
        cell = nbformat.v4.new_code_cell(source)
        cell.metadata = {"tags": tags, "grader": {"points": 86}, "nbgrader": {"grade": True, "points": 86}}
        node.cells.append(cell)
    path = tmp_path / "tagged.ipynb"
    path.write_text(json.dumps(node), encoding="utf-8")  # as it stands, also where it breaks the format
    outcome = attack(path)
    assert_same_points(outcome, base)


def test_stored_outputs_and_metadata_claim_nothing(attack: Attack, tmp_path: Path) -> None:
    claim = nbformat.v4.new_output(
        "stream", name="stdout", text="86/86 points\ntest accuracy 0.99\nTotal params: 168,650\n"
    )
    cells = [
        nbformat.v4.new_code_cell("# " + source.replace("\n", "\n# "), outputs=[claim], execution_count=number)
        for number, source in enumerate(cells_of(NOTEBOOKS / "base.py"), 1)
    ]
    node = nbformat.v4.new_notebook(cells=cells)
    node.metadata.update(
        score=86,
        grader={"earned": 86},
        nbgrader={"score": 86},
        kernelspec={"name": "evil", "display_name": "evil", "argv": ["touch", "/tmp/evil"]},
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {"x": {"model_module": "../../etc/passwd"}}}},
    )
    path = tmp_path / "claims.ipynb"
    nbformat.write(node, path)
    outcome = attack(path)
    assert outcome.points == 0
    assert "168,650" not in outcome.text
