"""Any file is either read or refused with a plain message: never a traceback of another kind."""

from __future__ import annotations

import codecs
import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.intake import MAX_CELLS, Cell, Notebook, read_notebook, to_nbformat

KINDS = ("code", "markdown", "raw")


def document(*cells: Any, **fields: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **fields}


def code(source: Any, **fields: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **fields}


def write(folder: Path, content: bytes | dict[str, Any] | list[Any]) -> Path:
    path = folder / "work.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def read(folder: Path, content: bytes | dict[str, Any] | list[Any]) -> Notebook:
    return read_notebook(write(folder, content))


HEALTHY = json.dumps(document(code("x = 'é'\n")), ensure_ascii=False, indent=1)

BROKEN = {
    "empty": (b"", ["empty (0 bytes)"]),
    "blanks": (b" \n\n", ["nothing but blanks"]),
    "prose": (b"Dear teacher, here is my work.", ["not JSON", "line 1, column 1"]),
    "comma missing": (b'{\n "cells": []\n "nbformat": 4}', ["not JSON", "line 3, column 2"]),
    "cut in a list": (HEALTHY.encode()[: HEALTHY.index("metadata")], ["cut short", "line"]),
    "cut in a text": (HEALTHY.encode()[: HEALTHY.index("= ")], ["cut short"]),
    "merge markers": (
        b'{\n "cells": [\n<<<<<<< HEAD\n  1,\n=======\n  2\n>>>>>>> b\n]}',
        ["line 3", "merge marker"],
    ),
    "merge marker at the top": (b"<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> b\n", ["line 1", "<<<<<<<"]),
    "web page": (b"\n<!DOCTYPE html>\n<html><body>nbviewer</body></html>", ["web page", "Download"]),
    "script": (b"# my work\nimport numpy as np\nprint(np)\n", ["Python script"]),
    "LFS pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        ["Git LFS", "git lfs pull"],
    ),
    "gzip": (b"\x1f\x8b\x08\x00rest", ["gzip", "Unpack"]),
    "zip": (b"PK\x03\x04rest", ["zip", "Unpack"]),
    "PDF": (b"%PDF-1.7 rest", ["PDF", ".ipynb"]),
    "weights": (b"\x89HDF\r\n\x1a\n", ["HDF5"]),
    "latin-1": (HEALTHY.encode("latin-1"), ["not UTF-8", "0xe9", f"offset {HEALTHY.index('é')} "]),
    "damaged behind a mark": (codecs.BOM_UTF8 + b"{\n\xe9}", ["offset 5 ", "line 2"]),
    "half a UTF-16 character": (codecs.BOM_UTF16_LE + b"{\x00\x00\xd8", ["not UTF-16"]),
    "UTF-16 without a mark": ("{}".encode("utf-16-le"), ["NUL bytes", "character 2"]),
    "disk full": (b"{" + bytes(20), ["NUL bytes"]),
    "list": (b"[1, 2]", ["not a notebook", "a list"]),
    "text": (b'"notebook"', ["not a notebook", "a text"]),
    "null": (b"null", ["not a notebook", "a single value"]),
    "other object": (b'{"name": "package"}', ["not a notebook", '"cells"']),
    "cells of numbers": (b'{"nbformat": 4, "cells": [1, null]}', ["not a notebook", "holds no cell"]),
    "cells as object": (b'{"nbformat": 4, "cells": {}}', ["not a notebook"]),
    "no cells": (b'{"nbformat": 4, "cells": []}', ["holds no cells"]),
    "no cells, format 3": (b'{"nbformat": 3, "worksheets": []}', ["holds no cells"]),
    "format 2": (b'{"nbformat": 2, "worksheets": [{"cells": [{}]}]}', ["format 2", "too old"]),
    "format 5": (b'{"nbformat": 5, "cells": [{}]}', ["format 5", "newer"]),
    "deep": (b"[" * 200_000, ["nested too deeply"]),
    "deep inside": (b'{"cells": ' + b'{"a": ' * 200_000, ["nested too deeply"]),
    "long number": (b'{"cells": [' + b"1" * 5_000 + b"]}", ["thousands of digits"]),
    "many cells": (
        json.dumps(document(*[{}] * (MAX_CELLS + 1))).encode(),
        [str(MAX_CELLS + 1), str(MAX_CELLS)],
    ),
}


@pytest.mark.parametrize(("content", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_file_is_refused_in_plain_words(tmp_path: Path, content: bytes, words: list[str]) -> None:
    with pytest.raises(SubmissionError) as caught:
        read(tmp_path, content)
    message = str(caught.value)
    assert message.startswith("work.ipynb: ")
    assert message.endswith(".")
    assert "\n" not in message
    assert [word for word in words if word not in message] == []


def test_message_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J\nb.ipynb"
    path.write_bytes(b"")
    with pytest.raises(SubmissionError) as caught:
        read_notebook(path)
    assert str(caught.value).isprintable()


def test_missing_file_names_the_path(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"gone\.ipynb: there is no such file"):
        read_notebook(tmp_path / "gone.ipynb")


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="this is a folder"):
        read_notebook(tmp_path)


def test_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    with pytest.raises(SubmissionError, match="not a regular file"):
        read_notebook(tmp_path / "pipe.ipynb")


@pytest.mark.parametrize("name", ["x" * 5_000, "nul\x00byte"], ids=["too long", "NUL"])
def test_impossible_path_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SubmissionError, match="Check the path"):
        read_notebook(tmp_path / name)


def test_forbidden_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, document(code("1")))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SubmissionError, match="may not be read"):
        read_notebook(path)


def test_file_above_the_limit_names_size_and_remedy(tmp_path: Path) -> None:
    path = write(tmp_path, b" " * 3_000_000)
    with pytest.raises(SubmissionError, match=r"2\.9 MiB, more than the 1 MiB.*Clear all outputs"):
        read_notebook(path, max_bytes=1024 * 1024)


def test_file_at_the_limit_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, document(code("1")))
    assert read_notebook(path, max_bytes=path.stat().st_size).cells


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_understood(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, HEALTHY.encode(encoding)).cells[0].source == "x = 'é'\n"


def test_notebook_keeps_sources_and_nothing_else(tmp_path: Path) -> None:
    metadata = {"tags": ["skip-execution", "raises-exception"], "execution": {"iopub": 1}, "collapsed": True}
    content = document(
        code(["a = 1\n", "a"], metadata=metadata, id="same", execution_count=7, outputs=[{"output_type": "x"}]),
        {
            "cell_type": "markdown",
            "source": "![](attachment:a.png)",
            "id": "same",
            "attachments": {"a.png": {}},
        },
        {"cell_type": "raw", "source": "raw"},
        metadata={"kernelspec": {"name": "evil"}, "widgets": {}},
    )
    assert read(tmp_path, content) == Notebook(
        "work",
        (Cell(1, "code", "a = 1\na"), Cell(2, "markdown", "![](attachment:a.png)"), Cell(3, "raw", "raw")),
    )


@pytest.mark.parametrize(
    ("entry", "kind", "source"),
    [
        ({"cell_type": "code", "source": None, "metadata": None}, "code", ""),
        ({"cell_type": "code", "source": ["a", None, 3, "b"]}, "code", "ab"),
        ({"cell_type": "code", "source": 12}, "code", ""),
        ({"cell_type": "code", "input": "old"}, "code", "old"),
        ({"input": "no type", "outputs": []}, "code", "no type"),
        ({"cell_type": "sql", "source": "select"}, "raw", "select"),
        ({"cell_type": ["code"], "source": "x"}, "raw", "x"),
        ({"cell_type": "code", "source": "half \ud83d and \x00"}, "code", "half \ufffd and \ufffd"),
        ({"cell_type": "code", "source": "\ud83d\ude00"}, "code", "😀"),
        (None, "raw", ""),
        ("text", "raw", ""),
    ],
)
def test_damaged_cell_is_repaired(tmp_path: Path, entry: object, kind: str, source: str) -> None:
    notebook = read(tmp_path, document(code("first"), entry))
    assert notebook.cells[1] == Cell(2, kind, source)  # type: ignore[arg-type]
    nbformat.validate(to_nbformat(notebook))


def test_format_3_is_read_over_all_worksheets(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Exe 3\n", "NET I"]},
        {"cell_type": "code", "input": ["x = 1"], "language": "python", "outputs": [], "prompt_number": 3},
        {"cell_type": "html", "source": "<b>"},
        {"cell_type": "heading", "level": "two", "source": "Plot"},
    ]
    sheets = [{"cells": cells[:2]}, {"cells": None}, {"cells": cells[2:]}]
    notebook = read(tmp_path, {"nbformat": 3, "metadata": {"name": ""}, "worksheets": sheets})
    assert [(cell.position, cell.kind, cell.source) for cell in notebook.cells] == [
        (1, "markdown", "## Exe 3 NET I"),
        (2, "code", "x = 1"),
        (3, "raw", "<b>"),
        (4, "markdown", "# Plot"),
    ]


@pytest.mark.parametrize("version", [None, "4", True, 4.0], ids=repr)
def test_unreadable_format_number_is_no_fault(tmp_path: Path, version: object) -> None:
    assert read(tmp_path, document(code("1"), nbformat=version)).cells == (Cell(1, "code", "1"),)


def test_blank_submission_is_legal(tmp_path: Path) -> None:
    notebook = read(tmp_path, document(code(""), {"cell_type": "markdown", "source": "# Exe 1"}))
    assert [cell.source for cell in notebook.cells] == ["", "# Exe 1"]


@pytest.mark.parametrize(
    ("metadata", "tags"),
    [
        ({"grader": {"exercise": "exe03"}}, ("exe03",)),
        ({"grader": {"exercise": "s3.module"}, "tags": ["other"]}, ("s3.module",)),
        ({"grader": {"exercise": "EXE 3"}}, ()),
        ({"grader": {"exercise": "exe03\n"}}, ()),
        ({"grader": {"exercise": "a" * 1000}}, ()),
        ({"grader": {"exercise": ["exe03"]}}, ()),
        ({"grader": "exe03"}, ()),
        ({"tags": ["exe03"]}, ()),
        ([], ()),
    ],
)
def test_only_a_well_formed_exercise_tag_is_kept(tmp_path: Path, metadata: object, tags: tuple[str, ...]) -> None:
    assert read(tmp_path, document(code("1", metadata=metadata))).cells[0].tags == tags


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"kernelspec": {"name": "ir", "display_name": "R"}}, "R"),
        ({"kernelspec": {"name": "julia-1.9"}}, "Julia"),
        ({"kernelspec": {"name": "x", "language": "scala"}}, "scala"),
        ({"language_info": {"name": "R"}}, "R"),
        ({"language": "Julia"}, "Julia"),
    ],
)
def test_other_language_is_refused_by_name(tmp_path: Path, metadata: object, language: str) -> None:
    with pytest.raises(SubmissionError, match=rf"written in {language}; only Python"):
        read(tmp_path, document(code("1"), metadata=metadata))


@pytest.mark.parametrize(
    ("metadata", "remarks"),
    [
        ({}, 0),
        (None, 0),
        ({"kernelspec": {"name": "python3", "display_name": "Python 3"}}, 0),
        ({"kernelspec": {"name": "irene"}}, 0),
        ({"kernelspec": {"language": "python"}, "language_info": {"name": "R"}}, 0),
        ({"kernelspec": {"name": "python2"}}, 1),
        ({"kernelspec": {"display_name": "Python 2 (conda)"}}, 1),
        ({"language_info": {"name": "python", "version": "2.7.12"}}, 1),
        ({"kernelspec": {"name": "python2"}, "language_info": {"version": "3.6.9"}}, 0),
    ],
)
def test_python_2_is_only_remarked_on(tmp_path: Path, metadata: object, remarks: int) -> None:
    notebook = read(tmp_path, document(code("1"), metadata=metadata))
    assert notebook.language == "python"
    assert ["Python 2" in remark for remark in notebook.remarks] == [True] * remarks


def test_execution_notebook_is_clean_and_deterministic(tmp_path: Path) -> None:
    notebook = read(tmp_path, document(code("a", id="x", metadata={"tags": ["skip-execution"]}), code("b", id="x")))
    node = to_nbformat(notebook)
    nbformat.validate(node)
    assert (node.nbformat, node.nbformat_minor) == (4, 5)
    assert node == to_nbformat(notebook)
    assert len({cell.id for cell in node.cells}) == 2
    assert [cell.metadata for cell in node.cells] == [{}, {}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebooks")


def read_or_refuse(folder: Path, content: bytes | dict[str, Any] | list[Any]) -> str:
    """The message of the refusal; empty where the file was read, and then it can be executed and stored."""
    try:
        notebook = read(folder, content)
    except SubmissionError as error:
        return str(error)
    nbformat.validate(to_nbformat(notebook))
    "".join(cell.source for cell in notebook.cells).encode()
    return ""


@given(content=st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused(folder: Path, content: bytes) -> None:
    assert read_or_refuse(folder, content).isprintable()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
fields = ("cell_type", "source", "input", "metadata", "outputs", "level", "id")
cells = st.dictionaries(st.sampled_from(fields), st.sampled_from((*KINDS, "heading")) | anything, max_size=5)
notebooks = st.fixed_dictionaries(
    {},
    optional={
        "nbformat": st.integers(2, 5) | anything,
        "cells": st.lists(cells | anything, max_size=4) | anything,
        "worksheets": st.lists(st.fixed_dictionaries({"cells": st.lists(cells) | anything}), max_size=2) | anything,
        "metadata": st.dictionaries(st.sampled_from(("kernelspec", "language_info", "language")), anything) | anything,
    },
)


@given(content=notebooks | anything)
def test_arbitrary_json_is_read_or_refused(folder: Path, content: Any) -> None:
    assert read_or_refuse(folder, json.dumps(content).encode()).isprintable()


@given(
    sources=st.lists(st.tuples(st.sampled_from(KINDS), st.text()), min_size=1, max_size=6),
    split=st.booleans(),
)
def test_sources_come_through_unchanged(folder: Path, sources: list[tuple[str, str]], split: bool) -> None:
    content = document(
        *({"cell_type": kind, "source": text.splitlines(True) if split else text} for kind, text in sources)
    )
    notebook = read(folder, content)
    expected = [(kind, text.replace("\x00", "\ufffd")) for kind, text in sources]
    assert [(cell.kind, cell.source) for cell in notebook.cells] == expected
    assert [(cell.cell_type, cell.source) for cell in to_nbformat(notebook).cells] == expected
