"""Runs attacks as any submission is graded, and holds after each what must hold after all of them."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from rich.console import Console

from grader.data import PreparedDataset, find_dataset, prepare
from grader.evidence import Evidence
from grader.evidence.schema import Tampering
from grader.execution.limits import Limits
from grader.execution.sandbox import survey
from grader.pipeline import GradingOptions, grade_notebook
from grader.report import RENDERERS
from grader.report.model import CheckReport, Report, Status
from grader.report.terminal import print_report
from tests.execution.machine import machine_has
from tests.hostile.world import Snapshot, World, keep_trainings, left_running, world, written_outside

NOTEBOOKS = Path(__file__).resolve().parent / "notebooks"
MIB = 2**20
LIMITS = Limits(
    cell_seconds=30,
    run_seconds=90,
    cpu_seconds=120,
    memory=3 * 2**30,
    processes=250,
    disk=64 * MIB,
    output=100_000,
)
"""Small enough to be reached in seconds, large enough for the neighbours."""
WARM, COLD = "landlock", "bubblewrap"
"""The sandbox in which kernels are forked, and that in which each is started from scratch."""
SUCCESS = "REACHED"
"""What an attack prints, with a name, where it got at something that is out of bounds."""


@dataclass(frozen=True)
class Outcome:
    """What a run left: the report, the evidence behind it, and the report as everybody sees it."""

    report: Report
    evidence: Evidence
    shown: dict[str, str]

    @property
    def points(self) -> float:
        """Earned by checks."""
        return self.report.auto.earned

    @property
    def checks(self) -> dict[str, CheckReport]:
        """All checks by id."""
        return {check.id: check for exercise in self.report.exercises for check in exercise.checks}

    @property
    def text(self) -> str:
        """All that cells printed."""
        return "".join(cell.text for cell in self.evidence.cells)

    @property
    def noticed(self) -> list[str]:
        """What was noticed of tampering."""
        return [event.what for event in self.evidence.of(Tampering)]

    @property
    def remarks(self) -> str:
        """All remarks of the report."""
        return "\n".join(self.report.remarks)

    def reached(self) -> set[str]:
        """Names of what the attack says that it got at."""
        return set(re.findall(rf"^{SUCCESS} (.+)$", self.text, re.MULTILINE))


@pytest.fixture(scope="session")
def usable() -> dict[str, str | None]:
    """Each sandbox and why it cannot be used here; one that protects must be there."""
    trials = list(survey())
    if not any(trial.problem is None and trial.sandbox.protects for trial in trials):
        reasons = "; ".join(f"{trial.sandbox.name}: {trial.problem}" for trial in trials if trial.problem)
        pytest.fail(f"No sandbox of this machine holds what it promises, so attacks cannot be tried: {reasons}")
    return {trial.sandbox.name: trial.problem for trial in trials}


@pytest.fixture(scope="session")
def around() -> Iterator[World]:
    """What attacks could find, harm or leave."""
    with world() as made:
        keep_trainings(prepare(find_dataset(None)).folder, made.secret)
        yield made


@pytest.fixture(scope="session")
def dataset() -> PreparedDataset:
    """What all runs are served."""
    return prepare(find_dataset(None))


def cells_of(path: Path) -> list[str]:
    """The code cells of a source in which `# %%` begins a cell; `# %% base` stands for the cells of `base.py`."""
    cells: list[str] = []
    for part in re.split(r"^# %%", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title, _, source = part.partition("\n")
        if title.strip() == "base":
            cells += cells_of(NOTEBOOKS / "base.py")
        else:
            cells.append(source.strip("\n"))
    return cells


def write_notebook(path: Path, cells: list[str]) -> Path:
    """A notebook file of code cells."""
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)
    return path


def shown(report: Report) -> dict[str, str]:
    """A report as each renderer shows it, and the terminal."""
    texts = {name: renderer.render(report) for name, renderer in RENDERERS.items()}
    screen = io.StringIO()
    print_report(report, Console(file=screen, width=100, force_terminal=True))
    return texts | {"terminal": screen.getvalue()}


Attack = Callable[..., Outcome]


@pytest.fixture
def attack(
    request: pytest.FixtureRequest,
    usable: dict[str, str | None],
    around: World,
    dataset: PreparedDataset,
    tmp_path: Path,
) -> Attack:
    """Grades a notebook made of `attacks/NAME.py` or of a file that is given, and looks at what it left.

    After every run: no process is left, no file outside was written, changed or removed, nobody was reached, nothing
    secret stands in evidence or reports, and this process is as it was.
    """

    def attack(
        source: str | list[str] | Path,
        sandbox: str = WARM,
        limits: Limits = LIMITS,
        *,
        controlled: bool = False,
        effort: str = "sketch",
    ) -> Outcome:
        """Run the attack of that name, some cells, or a file as it is.

        `controlled` says that it is to succeed: a control, in no sandbox.
        """
        if not machine_has(sandbox):
            pytest.skip(f"{sandbox}: {usable[sandbox]}")
        assert usable[sandbox] is None, f"{sandbox}: {usable[sandbox]}"
        told = around.targets(dataset.folder, sandbox)
        path = source if isinstance(source, Path) else _prepared(source, told, tmp_path)
        kept = tmp_path / "evidence.json"
        options = GradingOptions(
            assignment="nets",
            effort="full" if effort == "full" else "sketch",
            limits=limits,
            sandbox=sandbox,
            evidence=kept,
            warm=sandbox == WARM,
        )
        before, since, seen = Snapshot.of(around, dataset.folder), time.time(), len(around.visitors)
        report = grade_notebook(path, options)
        outcome = Outcome(report, Evidence.load(kept), shown(report))
        remaining = left_running(since)
        for process in remaining:
            process.kill()
        assert not remaining, f"still running: {remaining}"
        if not controlled:
            assert around.visitors[seen:] == [], "somebody outside was reached"
            left = kept.read_text(encoding="utf-8") + "".join(outcome.shown.values())
            assert around.secret not in left, "something secret was read"
            assert outcome.reached() == set(), "the attack says that it got through"
        assert written_outside(around) == [], "something was written outside"
        assert Snapshot.of(around, dataset.folder).differences(before) == []
        folders = re.findall(r"^RUN FOLDER (.+)$", outcome.text, re.MULTILINE)
        assert not any(Path(folder).exists() for folder in folders), "the folder of the run is still there"
        return outcome

    return attack


def _prepared(source: str | list[str], targets: dict[str, Any], folder: Path) -> Path:
    told = json.dumps(targets)
    tools = (NOTEBOOKS / "tools.py").read_text(encoding="utf-8").replace("TARGETS_AS_JSON", repr(told))
    cells = cells_of(NOTEBOOKS / f"{source}.py") if isinstance(source, str) else source
    return write_notebook(folder / "attack.ipynb", [tools, *cells])


@pytest.fixture(scope="session")
def base(usable: dict[str, str | None], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The notebook that attacks are put into, graded without one: partly right, partly wrong."""
    folder = tmp_path_factory.mktemp("base")
    path = write_notebook(folder / "base.ipynb", cells_of(NOTEBOOKS / "base.py"))
    warm = usable.get(WARM) is None
    options = GradingOptions("nets", limits=LIMITS, sandbox=WARM if warm else "auto", evidence=folder / "e", warm=warm)
    report = grade_notebook(path, options)
    assert 0 < report.auto.earned < report.auto.possible
    return Outcome(report, Evidence.load(folder / "e"), shown(report))


def assert_no_more_than(outcome: Outcome, base: Outcome) -> None:
    """No check gives more points than without the attack."""
    for name, check in outcome.checks.items():
        assert check.earned <= base.checks[name].earned, f"{name}: {check.message}"
    assert outcome.points <= base.points


def assert_same_points(outcome: Outcome, base: Outcome) -> None:
    """Every check gives as much as without what was added, and nothing is held against the notebook."""
    assert outcome.noticed == []
    before = {name: _worth(check) for name, check in base.checks.items()}
    assert {name: _worth(check) for name, check in outcome.checks.items()} == before, outcome.remarks


def _worth(check: CheckReport) -> tuple[float, bool]:
    """Points, and whether they are decided."""
    return check.earned, check.status in (Status.UNDECIDED, Status.ERROR)
