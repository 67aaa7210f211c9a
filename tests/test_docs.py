"""What README and docs say is so: links, commands, paths, examples."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from grader.assignments import Assignment, load_assignment
from grader.cli import app
from grader.evidence import CellRun, Evidence
from grader.evidence.schema import Event, Fit, ModelSnapshot
from grader.grading import grade
from grader.kernel.graph import walk
from grader.report.model import Report, Status
from grader.training.bars import read_calibrations
from reference import nets
from tests.checks.factories import FACTS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

BLOCK = re.compile(r"^( *)```(\w*)(?: title=\"([^\"]+)\")?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FIRST_COLUMN = re.compile(r"^\| `([\w./]+)` \|", re.MULTILINE)
INLINE = re.compile(r"`(grader [^`]+)`")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


pages = pytest.mark.parametrize("page", PAGES, ids=name)


def blocks(page: Path, language: str) -> list[tuple[str, str]]:
    """Title and text of the code blocks in a language."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [(title, body) for _, spoken, title, body in found if spoken == language]


def anchors(page: Path) -> set[str]:
    """The fragments by which headings of a page are linked to."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pages
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(BLOCK.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith("https://"):
            continue
        path, _, fragment = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not fragment or fragment in anchors(target), link


def test_every_page_can_be_found_from_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link).resolve() for link in LINK.findall(index.read_text(encoding="utf-8"))}
    assert linked == set((ROOT / "docs").rglob("*.md")) - {index}


def commands(page: Path) -> Iterator[list[str]]:
    """The arguments of each call of grader in the console blocks of a page."""
    for _, block in blocks(page, "console"):
        for line in block.splitlines():
            for part in re.split(r"&&|;|\bdo\b", line.removeprefix("$ ")) if line.lstrip().startswith("$ ") else ():
                words = shlex.split(part)
                if words[:1] == ["grader"]:
                    yield words[1:]


@pages
def test_commands_parse(page: Path) -> None:
    group: Any = typer.main.get_command(app)
    for command, *arguments in commands(page):
        group.commands[command].make_context(command, arguments)


def test_commands_are_found() -> None:
    assert ["run", "examples/nets.ipynb"] in list(commands(ROOT / "README.md"))
    assert sum(len(list(commands(page))) for page in PAGES) > 10


@pages
def test_commands_in_sentences_exist(page: Path) -> None:
    group: Any = typer.main.get_command(app)
    for text in INLINE.findall(page.read_text(encoding="utf-8")):
        words = text.split()[1:]
        command = group if words[0].startswith("-") or words[0].isupper() else group.commands[words[0]]
        known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
        assert {word for word in words if word.startswith("-")} <= known, text


def test_command_line_page_has_every_option() -> None:
    text = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    group: Any = typer.main.get_command(app)
    sections = dict(re.findall(r"^## `grader (\w+)[^\n]*\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL))
    assert set(sections) == set(group.commands)
    for command, section in sections.items():
        options = {o for p in group.commands[command].params for o in p.opts if o.startswith("--")}
        assert set(re.findall(r"`(--[\w-]+)`", section)) == options


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "architecture.md"], ids=name)
def test_paths_in_tables_exist(page: Path) -> None:
    paths = FIRST_COLUMN.findall(page.read_text(encoding="utf-8"))
    assert len(paths) > 5
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pages
def test_python_compiles(page: Path) -> None:
    for title, code in blocks(page, "python"):
        compile(code, title or name(page), "exec")


def test_report_example_is_a_report() -> None:
    ((_, example),) = blocks(ROOT / "docs" / "reference" / "report-format.md", "json")
    Report.model_validate_json(example)


def test_results_page_has_every_calibration() -> None:
    text = (ROOT / "docs" / "reference" / "results.md").read_text(encoding="utf-8")
    tables = sorted((ROOT / "grader" / "assignments").glob("*/calibration.toml"))
    assert tables
    for one in (calibration for table in tables for calibration in read_calibrations(table)):
        figures = " | ".join(f"{100 * value:.2f} %" for value in (one.mean, one.sd, one.least))
        assert f"| {one.steps} | {len(one.seeds)} | {figures} |" in text, f"{one.network}, {one.steps} steps: {figures}"


def test_evidence_page_has_every_event() -> None:
    text = (ROOT / "docs" / "reference" / "evidence.md").read_text(encoding="utf-8")
    described = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", text, re.MULTILINE))
    events = get_args(get_args(Event)[0])
    assert described == {get_args(event.model_fields["kind"].annotation)[0]: event.__name__ for event in events}


HOW_TO = ROOT / "docs" / "how-to" / "write-a-check.md"


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    """The assignment that the page on writing checks builds."""
    for language in ("toml", "python"):
        for title, body in blocks(HOW_TO, language):
            if title:
                (tmp_path / title).write_text(body, encoding="utf-8")
    return load_assignment(str(tmp_path))


def training_of_net1(*callbacks: dict[str, Any]) -> Evidence:
    """A notebook whose third cell builds NET I and trains it with these callbacks."""
    model = nets.net1()
    common = {"seq": 1, "cell": 0, "model": 0, "version": 0}
    built = {"name": "net1", "cls": "Sequential", "parameters": 193_034, "trainable": 193_034}
    asked = {"x": {}, "validation": None, "validation_split": 0.2, "batch_size": 128, "epochs": 20}
    other = {"initial_epoch": 0, "steps_per_epoch": None, "compiled": None, "weights": 0}
    return Evidence(
        run=FACTS,
        cells=tuple(CellRun(position=n, kind="code", source="", ordinal=0 if n == 3 else None) for n in (1, 2, 3)),
        events=(
            ModelSnapshot.model_validate({"kind": "model", "nodes": walk(model), **common, **built}),
            Fit.model_validate({"kind": "fit", **common, "seq": 2, **asked, **other, "callbacks": callbacks}),
        ),
    )


def test_checks_of_the_how_to_pass_what_is_right(assignment: Assignment) -> None:
    stopper = {"name": "EarlyStopping", "monitor": "val_loss", "patience": 3, "restore_best_weights": True}
    (exercise,) = grade(training_of_net1(stopper), assignment).exercises
    assert (exercise.status, exercise.auto.earned) == (Status.PASSED, 3)


def test_checks_of_the_how_to_say_what_the_page_shows(assignment: Assignment) -> None:
    first, second = grade(training_of_net1(), assignment).exercises[0].checks
    assert (first.status, second.status) == (Status.FAILED, Status.UNDECIDED)
    assert first.cells == (3,)
    (shown,) = (body for _, body in blocks(HOW_TO, "text"))
    assert " ".join(first.message.split()) in " ".join(shown.split())


def test_checks_of_the_how_to_give_a_share(assignment: Assignment) -> None:
    stopper = {"name": "EarlyStopping", "monitor": "val_loss", "restore_best_weights": False}
    _, second = grade(training_of_net1(stopper), assignment).exercises[0].checks
    assert (second.status, second.earned) == (Status.PARTIAL, 1)
