"""Template and example: made from one source, kept in step with it, and no solution in what students get."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignments import template
from grader.assignments.template import SourceCell, example_notebook, parse, prompts, student_notebook
from grader.errors import AssignmentError
from grader.intake import ExerciseHeading, assign_cells, collect_answers, read_notebook

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "reference" / "notebooks" / "nets.py"
STUDENT = ROOT / "student_template" / "nets.ipynb"
EXAMPLE = ROOT / "examples" / "nets.ipynb"

EXERCISES = tuple(f"exe{number:02}" for number in range(1, 20))
OBSERVATIONS = {"exe09", "exe10", "exe16", "exe18", "exe19"}

REGENERATE = (
    "Make both notebooks anew: python -m grader.assignments.template reference/notebooks/nets.py"
    " --student student_template/nets.ipynb --example examples/nets.ipynb"
)

SMALL = """\
Above the first cell.
# %% [markdown]
# # Title
#
# Text

# %% exe01
import this
# --- template
# Your code here
# --- solution
x = 1
# --- end
print(x)

# %% [markdown] exe01
# --- template
# *Your answer here.*
# --- solution
# One.
# --- end
"""


@pytest.fixture(scope="module")
def source() -> str:
    return SOURCE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def cells(source: str) -> tuple[SourceCell, ...]:
    return parse(source, EXERCISES)


@pytest.fixture(scope="module")
def student() -> nbformat.NotebookNode:
    return nbformat.read(STUDENT, as_version=nbformat.NO_CONVERT)


def sources(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells]


class TestNets:
    def test_files_are_in_step_with_the_source(self, tmp_path: Path) -> None:
        student, example = tmp_path / "student.ipynb", tmp_path / "example.ipynb"
        assert template.main([str(SOURCE), "--student", str(student), "--example", str(example)]) == 0
        assert student.read_bytes() == STUDENT.read_bytes(), REGENERATE
        assert example.read_bytes() == EXAMPLE.read_bytes(), REGENERATE

    @pytest.mark.parametrize("path", [STUDENT, EXAMPLE])
    def test_files_are_clean_notebooks_of_format_4_5(self, path: Path) -> None:
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert not any(cell.outputs or cell.execution_count for cell in code)

    def test_code_of_the_template_only_imports(self, student: nbformat.NotebookNode) -> None:
        for cell in student.cells:
            if cell.cell_type == "code":
                for statement in ast.parse(cell.source).body:
                    assert isinstance(statement, ast.Import | ast.ImportFrom), cell.source

    def test_no_line_of_a_solution_is_in_the_template(
        self, cells: tuple[SourceCell, ...], student: nbformat.NotebookNode
    ) -> None:
        shown = "\n".join(sources(student))
        lines = {line.strip() for cell in cells for solution in cell.solutions for line in solution.splitlines()}
        # Brackets and the like, which say nothing by themselves, are left aside.
        telling = {line for line in lines if re.search(r"\w{2}", line)}
        assert len(telling) > 100
        assert not {line for line in telling if line in shown}

    def test_no_parameter_count_is_in_the_template(
        self, cells: tuple[SourceCell, ...], student: nbformat.NotebookNode
    ) -> None:
        shown = set(re.findall(r"\d+", "\n".join(sources(student))))
        counts = {(3, 3, 32), (3, 32, 64), (3, 64, 64), (5, 3, 32), (5, 32, 64), (5, 64, 64), (3, 96, 96)}
        hidden = {(kernel**2 * before + 1) * after for kernel, before, after in counts}
        assert {896, 18496} <= hidden
        assert not shown & {str(count) for count in hidden | {193034, 586250, 686090}}

    def test_each_exercise_has_a_prompt_and_then_a_slot(self, cells: tuple[SourceCell, ...]) -> None:
        for exercise in EXERCISES:
            own = [cell for cell in cells if cell.exercise == exercise]
            assert own[0].kind == "markdown"
            assert own[0].template.startswith(f"## Exercise {int(exercise[3:])}:")
            assert not own[0].solutions
            assert own[1].kind == "code"
            assert all(cell.solutions for cell in own[1:])
        assert list(dict.fromkeys(cell.exercise for cell in cells)) == [None, *EXERCISES]

    def test_observations_have_a_cell_for_words(self, cells: tuple[SourceCell, ...]) -> None:
        asked = [cell.exercise for cell in cells if cell.kind == "markdown" and cell.solutions]
        assert sorted(OBSERVATIONS) == asked

    def test_intake_finds_answers_in_the_example_and_none_in_the_template(self, source: str) -> None:
        headings = [ExerciseHeading(exercise, (int(exercise[3:]),)) for exercise in EXERCISES]

        def answered(path: Path) -> set[str]:
            notebook = read_notebook(path)
            return set(collect_answers(notebook, assign_cells(notebook, headings), prompts(source)))

        assert answered(STUDENT) == set()
        assert answered(EXAMPLE) == OBSERVATIONS

    def test_example_stands_alone(self) -> None:
        notebook = nbformat.read(EXAMPLE, as_version=nbformat.NO_CONVERT)
        code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        imported = {
            name.name if isinstance(node, ast.Import) else node.module
            for node in ast.walk(ast.parse(code))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in node.names
        }
        assert imported == {"keras", "matplotlib.pyplot", "numpy"}


class TestNotebooks:
    def test_template_holds_what_stands_in_for_the_solution(self) -> None:
        assert sources(student_notebook(SMALL)) == [
            "# Title\n\nText",
            "import this\n# Your code here\nprint(x)",
            "*Your answer here.*",
        ]

    def test_example_holds_the_solution(self) -> None:
        assert sources(example_notebook(SMALL)) == [
            "# Title\n\nText",
            "import this\nx = 1\nprint(x)",
            "One.",
        ]

    @pytest.mark.parametrize("make", [student_notebook, example_notebook])
    def test_cells_carry_kind_and_exercise(self, make: object) -> None:
        assert callable(make)
        notebook = make(SMALL)
        assert [cell.cell_type for cell in notebook.cells] == ["markdown", "code", "markdown"]
        tagged = {"grader": {"exercise": "exe01"}}
        assert [cell.metadata for cell in notebook.cells] == [{}, tagged, tagged]
        assert notebook.metadata.kernelspec.name == "python3"

    def test_prompts_are_the_markdown_of_the_template_each_once(self) -> None:
        twice = SMALL + SMALL.partition("\n")[2]
        assert prompts(twice) == ("# Title\n\nText", "*Your answer here.*")


@pytest.mark.parametrize(
    ("faulty", "message"),
    [
        ("x = 1\n", "holds no cell"),
        ("# %% [markdwon]\n# Text\n", "Line 1: '# %% [markdwon]' opens no cell"),
        (
            "# %% exe01\n\n# %% exe20\n",
            "Line 3: the assignment has no exercise 'exe20'. It has: exe01, exe02",
        ),
        ("# %% [markdown]\n# Text\nx = 1\n", "Line 3: a line of a markdown cell must begin with '# '"),
        ("# %%\n# --- template\n# y\n# --- solution\nx = 1\n", "Line 4: this slot stays open: '# --- end'"),
        ("# %%\n# --- template\n# y\n\n# %%\n", "Line 2: this slot stays open: '# --- solution'"),
        (
            "# %%\n# --- solution\nx = 1\n# --- end\n",
            "Line 2: '# --- solution' stands where '# --- template'",
        ),
        ("# %%\n# --- template\n# y\n# --- end\n", "Line 4: '# --- end' stands where '# --- solution'"),
        ("# %%\n# --- template\n# y\n  # --- solutions\n", "Line 4: '# --- solutions' stands where"),
        ("# %%\n# -- Solution:\nx = 1\n", "Line 2: '# --- Solution:' stands where"),
        ("# %%\n# --- template\n\n# --- solution\n", "Line 2: there is nothing under '# --- template'"),
        ("# %%\n# --- template\n# y\n# --- solution\n# --- end\n", "Line 4: there is nothing under"),
    ],
)
def test_faulty_source_is_refused_with_its_line(faulty: str, message: str) -> None:
    for read in (parse, student_notebook, example_notebook):
        with pytest.raises(AssignmentError, match=re.escape(message)):
            read(faulty, ("exe01", "exe02"))


class TestCommand:
    def test_faulty_source_is_named_and_nothing_written(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        faulty, student, example = (tmp_path / name for name in ("own.py", "s.ipynb", "e.ipynb"))
        faulty.write_text("# %%\n# --- solution\n", encoding="utf-8")
        code = template.main([str(faulty), "--student", str(student), "--example", str(example)])
        assert code == AssignmentError.exit_code
        assert capsys.readouterr().err.startswith(f"{faulty}: Line 2: ")
        assert not student.exists()
        assert not example.exists()

    def test_missing_source_is_an_error_of_usage(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        missing = tmp_path / "missing.py"
        with pytest.raises(SystemExit) as stopped:
            template.main([str(missing), "--student", str(tmp_path / "s"), "--example", str(tmp_path / "e")])
        assert stopped.value.code == 2
        assert "missing.py" in capsys.readouterr().err


# Lines that are neither blank nor marks, since blank lines at the ends of a cell do not count.
line = st.from_regex(r"[a-zA-Z_(=\"é×][ -~é×]{0,20}", fullmatch=True)
text = st.lists(line, min_size=1, max_size=3).map("\n".join)
slot = st.tuples(text, text)
cell = st.tuples(
    st.sampled_from(["code", "markdown"]),
    st.none() | st.sampled_from(EXERCISES),
    st.lists(text | slot, min_size=1, max_size=5),
)


def written(kind: str, exercise: str | None, parts: list[str | tuple[str, str]]) -> str:
    """The cell in percent format."""

    def lines(text: str) -> str:
        return re.sub("^", "# ", text, flags=re.MULTILINE) if kind == "markdown" else text

    head = "# %%" + (" [markdown]" if kind == "markdown" else "") + (f" {exercise}" if exercise else "")
    body = [
        lines(part)
        if isinstance(part, str)
        else f"# --- template\n{lines(part[0])}\n# --- solution\n{lines(part[1])}\n# --- end"
        for part in parts
    ]
    return "\n".join([head, *body])


@given(st.lists(cell, min_size=1, max_size=4), st.integers(0, 2))
def test_what_is_written_in_percent_format_is_read_back(
    cells: list[tuple[str, str | None, list[str | tuple[str, str]]]], blank_lines: int
) -> None:
    expected = tuple(
        SourceCell(
            "markdown" if kind == "markdown" else "code",
            exercise,
            template="\n".join(part if isinstance(part, str) else part[0] for part in parts),
            example="\n".join(part if isinstance(part, str) else part[1] for part in parts),
            solutions=tuple(part[1] for part in parts if not isinstance(part, str)),
        )
        for kind, exercise, parts in cells
    )
    between = "\n" * (blank_lines + 1)
    assert parse(between.join(written(*cell) for cell in cells) + between, EXERCISES) == expected
