"""Effort ``short`` from a notebook to its report, and the calibration that it decides by, on the stand-in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

import grader.assignments
from grader.assignments.template import example_notebook
from grader.calibrating import CalibrationOptions, calibrate_assignment
from grader.data import find_dataset, prepare
from grader.errors import UsageError
from grader.evidence import Evidence
from grader.evidence.schema import Trained
from grader.pipeline import GradingOptions, grade_notebook, regrade_evidence
from grader.report.model import CheckReport, Report, Status
from grader.training import Budget, read_bars
from grader.training.bars import CALIBRATION, read_calibrations
from grader.training.calibration import write_table
from grader.training.process import Trainer
from grader.training.protocol import Order, Outcome
from tests.training.factories import calibration
from tests.training.test_plan import Listening

SOURCE = Path(grader.assignments.__file__).parent / "nets"
NOTEBOOK = Path(__file__).resolve().parents[2] / "reference" / "notebooks" / "nets.py"
STEPS, EARLY = 40, 8
"""Batches that are trained, and a fifth of them."""
ACCURACY = "net1_training::accuracy"


class Counting:
    """A trainer that remembers what it was asked."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self.orders: list[Order] = []

    def train(self, order: Order, *told: Any) -> Outcome:
        self.orders.append(order)
        return self._trainer.train(order, *told)


@pytest.fixture(autouse=True)
def counting(trainer: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counting:
    """All trainings of this test, in a process that is there already, with a cache of its own."""
    made = Counting(trainer)
    monkeypatch.setattr("grader.calibrating.trainings_folder", lambda: tmp_path / "trainings")
    for module in ("grader.pipeline", "grader.calibrating"):
        monkeypatch.setattr(f"{module}.shared_trainer", lambda: made)
    return made


@pytest.fixture(scope="session")
def solved() -> str:
    """The reference up to the exercise in which NET I is evaluated."""
    return NOTEBOOK.read_text(encoding="utf-8").partition("# ## Exercise 8")[0].rpartition("# %%")[0]


@pytest.fixture
def folder(tmp_path: Path, solved: str) -> Path:
    """The assignment with a bar for the stand-in, and nothing known of it."""
    made = tmp_path / "nets"
    shutil.copytree(SOURCE, made, ignore=shutil.ignore_patterns("__pycache__", CALIBRATION))
    (made / "notebook.py").write_text(solved, encoding="utf-8")
    bars = f'[[bars]]\nnetwork = "NET I"\ndataset = "stand-in"\nsteps = {STEPS}\n'
    (made / "bars.toml").write_text(bars, encoding="utf-8")
    return made


def reference_of(file: Path) -> str:
    """The digest of NET I as the reference trains it; the same on all data sets."""
    (digest,) = {one.recipe for one in read_calibrations(file) if one.network == "NET I"}
    return digest


@pytest.fixture
def calibrated(folder: Path) -> Path:
    """The same, with figures that tell learning from guessing."""
    made = [
        calibration(reached, steps=steps, dataset="stand-in", recipe=reference_of(SOURCE / CALIBRATION))
        for steps, reached in ((STEPS, (0.19, 0.20, 0.21)), (EARLY, (0.15, 0.16, 0.17)))
    ]
    write_table(folder / CALIBRATION, made, "hand")
    return folder


Grade = Callable[..., tuple[Report, Trained]]


@pytest.fixture
def grade(calibrated: Path, solved: str, tmp_path: Path) -> Grade:
    """Grades the reference, with changes, at effort ``short``; returns the report and what was trained."""

    def grade(*changes: tuple[str, str], listener: Any = None, **options: Any) -> tuple[Report, Trained]:
        source = solved
        for before, after in changes:
            assert before in source
            source = source.replace(before, after)
        nbformat.write(example_notebook(source), tmp_path / "nets.ipynb")
        kept = tmp_path / "evidence.json"
        usual = GradingOptions(str(calibrated), "short", evidence=kept, warm=True, trainings=tmp_path / "trainings")
        report = grade_notebook(tmp_path / "nets.ipynb", replace(usual, **options), listener)
        again = regrade_evidence(kept, str(calibrated))
        assert again == report, "what was recorded gives the same report again"
        (event,) = Evidence.load(kept).of(Trained)
        return report, event

    return grade


def accuracy(report: Report) -> CheckReport:
    (found,) = (check for one in report.exercises for check in one.checks if check.id == ACCURACY)
    return found


def untimed(report: Report) -> dict[str, Any]:
    return report.model_copy(update={"run": report.run.model_copy(update={"seconds": 0.0})}).model_dump()


# Grading


def test_a_right_notebook_is_trained_once_and_passes_each_time(grade: Grade, counting: Counting, calibrated: Path):
    listener = Listening()
    first, event = grade(listener=listener)
    assert accuracy(first).status == Status.PASSED, accuracy(first).message
    assert (event.recipe, event.budget, event.seeds) == (reference_of(SOURCE / CALIBRATION), STEPS, (20_261,))
    assert listener.heard[0] == ("start", "NET I", STEPS)
    assert listener.heard[-1] == ("end",)
    second, again = grade(
        ('optimizer="adam"', "optimizer=keras.optimizers.Adam(0.001)"),
        ("layers.Conv2D(32, 3,", "layers.Conv2D(32, (3, 3),"),
    )
    assert again == event
    assert untimed(second) == untimed(first)
    assert len(counting.orders) == 1, "the second one is served from the cache"
    grade(trainings=None)
    assert len(counting.orders) == 2


def test_a_network_that_learns_nothing_is_failed_after_two_tries(grade: Grade, counting: Counting):
    report, event = grade(('optimizer="adam"', "optimizer=keras.optimizers.Adam(1e-9)"))
    found = accuracy(report)
    assert found.status == Status.FAILED
    assert found.cells
    assert "the better of 2 tries" in found.message
    assert event.seeds == (20_261, 20_262)
    assert event.recipe != reference_of(SOURCE / CALIBRATION)
    assert all(share < 0.15 for share in event.accuracies)
    assert [order.seed for order in counting.orders] == [20_261, 20_262]


def test_a_budget_that_is_not_calibrated_decides_nothing(grade: Grade, counting: Counting):
    report, event = grade(budget=Budget(steps=3))
    assert accuracy(report).status == Status.UNDECIDED
    assert "Trained by grader for 3 steps" in accuracy(report).message
    assert "--effort full decides it" in accuracy(report).message
    assert (event.budget, event.steps) == (3, (3,))
    assert len(counting.orders) == 1


def test_what_cannot_be_trained_elsewhere_is_undecided_with_the_reason(grade: Grade, counting: Counting):
    report, event = grade(
        (
            'loss="sparse_categorical_crossentropy"',
            "loss=lambda y, p: keras.losses.sparse_categorical_crossentropy(y, p)",
        )
    )
    assert counting.orders == []
    assert event.obstacles == ("the loss is the notebook's own",)
    found = accuracy(report)
    assert found.status in (Status.UNDECIDED, Status.NOT_ATTEMPTED)
    assert found.earned == 0


# Calibrating


def test_calibration_writes_a_table_that_the_bars_follow(folder: Path, counting: Counting):
    listener = Listening()
    options = CalibrationOptions(str(folder), seeds=2, steps=(2, 4))
    table = calibrate_assignment(options, listener)
    assert [(one.network, one.steps, one.seeds) for one in table] == [("NET I", 2, (1, 2)), ("NET I", 4, (1, 2))]
    assert table == read_calibrations(folder / CALIBRATION)
    one = table[0]
    dataset = prepare(find_dataset(None))
    assert (one.dataset, one.dataset_digest) == (dataset.name, dataset.digest)
    assert (one.batch_size, one.images, one.recipe) == (128, 40_000, reference_of(SOURCE / CALIBRATION))
    assert set(one.versions) == {"python", "keras", "numpy", "tensorflow"}
    assert len(counting.orders) == 2, "once a seed, and looked at on the way"
    assert [entry for entry in listener.heard if entry[0] == "start"] == [
        ("start", "NET I, seed 1", 4),
        ("start", "NET I, seed 2", 4),
    ]
    bar = read_bars(folder / "bars.toml")["NET I"]
    assert bar.calibrations == tuple(table)
    assert bar.after(4) == table[1].least
    written = (folder / CALIBRATION).read_bytes()
    calibrate_assignment(options)
    assert len(counting.orders) == 2, "what was trained before is found again"
    assert (folder / CALIBRATION).read_bytes() == written


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seeds": 1}, "takes two seeds"),
        ({"assignment": "no-such"}, "no assignment"),
        ({"networks": ("NET IV",)}, "accuracy bars for NET I, not for NET IV"),
        ({"assignment": "first-cnn"}, "no network"),
    ],
)
def test_what_cannot_be_calibrated_says_why(changes: dict[str, Any], told: str, folder: Path, counting: Counting):
    with pytest.raises(UsageError, match=told):
        calibrate_assignment(replace(CalibrationOptions(str(folder)), **changes))
    assert counting.orders == []
    assert not (folder / CALIBRATION).exists()
