"""Magics, shell commands and TensorFlow's stale Keras, in an IPython shell as a notebook has it."""

from __future__ import annotations

import sys
import warnings
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from grader.kernel.compat import install, install_magics


class Shell(InteractiveShell):
    """A shell with no event loop to join, like a kernel's."""

    def enable_gui(self, gui=None):
        pass


class Notebook:
    """Cells run in one shell; `remarks` holds what the shims said, by key."""

    def __init__(self) -> None:
        self.remarks: dict[str, str] = {}
        self.shell = Shell(config=Config(HistoryManager={"enabled": False}), user_module=ModuleType("notebook"))
        install_magics(self.shell, self.remarks.setdefault)

    def run(self, cell: str):
        result = self.shell.run_cell(cell, store_history=False)
        result.raise_error()
        return self.shell.user_ns


@pytest.fixture
def notebook(monkeypatch, tmp_path):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.chdir(tmp_path)
    modules, meta_path = dict(sys.modules), list(sys.meta_path)
    hooks = sys.displayhook, sys.excepthook
    yield Notebook()
    sys.displayhook, sys.excepthook = hooks
    sys.meta_path[:] = meta_path
    sys.modules["__main__"] = modules["__main__"]  # a shell makes its own module the main one


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("!touch made", "command !touch"),
        ("!pip install -q keras==2.2.4", "command !pip"),
        ("!cat /proc/meminfo", "command !cat"),
        ("!nvidia-smi", "command !nvidia-smi"),
        ("%pip install keras", "magic %pip"),
        ("%conda install keras", "magic %conda"),
        ("%cd /", "magic %cd"),
        ("%tensorflow_version 2.x", "magic %tensorflow_version"),
        ("%tensorboard --logdir logs", "magic %tensorboard"),
        ("%load_ext tensorboard", "magic %load_ext"),
        ("%load_ext an_extension_nobody_has", "magic %load_ext"),
        ("%system touch made", "magic %system"),
        ("pip install keras", "magic %pip"),
        ("%%bash\ntouch made", "magic %%bash"),
        ("%%sh\ntouch made", "magic %%sh"),
        ("%%shell\ntouch made", "magic %%shell"),
        ("%%script bash\ntouch made", "magic %%script"),
        ("%%!\ntouch made", "magic %%!"),
        ("get_ipython().system('touch made')", "command !touch"),
    ],
)
def test_a_command_does_nothing_and_is_named(notebook, tmp_path, line, key):
    notebook.run(line)
    assert list(notebook.remarks) == [key]
    assert "`" in notebook.remarks[key]
    assert not (tmp_path / "made").exists()
    assert tmp_path.samefile(".")


@pytest.mark.parametrize("line", ["!ls", "%tensorflow_version 2.x", "%pip list"])
def test_blocks_around_a_command_stay_valid(notebook, line):
    names = notebook.run(f"try:\n  {line}\nexcept Exception:\n  failed = True\nelse:\n  passed = True")
    assert names["passed"] is True


def test_the_lines_of_a_command_are_an_empty_list(notebook):
    names = notebook.run("lines = !ls /\nmore = %sx ls /")
    assert names["lines"] == []
    assert names["more"] == []


def test_strings_and_comments_are_left_alone(notebook):
    names = notebook.run('text = """\n!ls\n%cd /\n"""  # !pip install\n# %cd /')
    assert names["text"] == "\n!ls\n%cd /\n"
    assert notebook.remarks == {}


def test_an_error_after_a_command_points_to_its_line(notebook):
    result = notebook.shell.run_cell("!ls\n%cd /\n1 / 0", store_history=False)
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert result.error_in_exec.__traceback__.tb_next.tb_lineno == 3


@pytest.mark.parametrize(
    "cell",
    [
        "%timeit -n 100 -r 7 runs.append(1)",
        "%timeit runs.append(1)",
        "%%timeit\nruns.append(1)",
        "%%timeit -n10 -r3\nruns.append(1)",
        "%%timeit -q item = 1\nruns.append(item)",
        "%time runs.append(1)",
        "%%time\nruns.append(1)",
    ],
)
def test_what_is_timed_runs_once(notebook, cell):
    notebook.run("runs = []")
    assert notebook.run(cell)["runs"] == [1]
    assert notebook.remarks == {}


def test_an_error_in_what_is_timed_is_the_cell_s_error(notebook):
    with pytest.raises(ZeroDivisionError):
        notebook.run("%%timeit\n1 / 0")


def test_writefile_still_writes(notebook, tmp_path):
    notebook.run("%%writefile helper.py\nanswer = 42")
    assert (tmp_path / "helper.py").read_text() == "answer = 42\n"
    assert notebook.remarks == {}


@pytest.mark.parametrize("asked", ["notebook", "widget", "qt", "inline", ""])
def test_figures_are_inline_whatever_was_asked_for(notebook, asked):
    import matplotlib as mpl

    before = mpl.get_backend()
    try:
        notebook.run(f"%matplotlib {asked}")
        assert "inline" in mpl.get_backend()
    finally:
        mpl.use(before)
    assert list(notebook.remarks) == ([] if asked in ("inline", "") else ["magic %matplotlib"])


def test_an_installed_extension_is_loaded(notebook):
    notebook.run("%load_ext autoreload\n%autoreload 0")
    assert notebook.remarks == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(command=st.text(st.characters(codec="ascii", exclude_categories=["C"], exclude_characters="\\"), max_size=30))
def test_no_command_line_fails(notebook, command):
    notebook.run(f"!x{command}")
    assert any(key.startswith("command !x") for key in notebook.remarks)


@pytest.fixture(scope="module")
def compat():
    """The shims, without which the modules below `tensorflow.keras` are copies of Keras's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's own
        import keras  # noqa: F401
        import tensorflow  # noqa: F401, ICN001

        install(lambda key, text: None)


STALE = "module tensorflow.python.keras"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("from tensorflow.python.keras.layers import Dense as found", "layers.Dense"),
        ("from tensorflow.python.keras.layers.core import Dense as found", "layers.Dense"),
        ("from tensorflow.python.keras import Sequential as found", "Sequential"),
        ("from tensorflow.python import keras, __name__ as n\nfound = keras.Model", "Model"),
        (
            "import tensorflow.python.keras.layers\nfound = tensorflow.python.keras.layers.Dense",
            "layers.Dense",
        ),
        ("import tensorflow.python.keras as k\nfound = k.Model", "Model"),
        ("import tensorflow as tf\nfound = tf.python.keras.layers.Dense", "layers.Dense"),
    ],
)
def test_the_stale_copy_is_never_what_a_notebook_gets(notebook, compat, cell, value):
    import keras

    expected = keras
    for name in value.split("."):
        expected = getattr(expected, name)
    assert notebook.run(cell)["found"] is expected
    assert STALE in notebook.remarks


def test_other_imports_are_left_alone(notebook, compat):
    names = notebook.run(
        "from tensorflow.python.client import device_lib\nimport tensorflow.keras as k\n"
        "text = 'tensorflow.python.keras'  # tensorflow.python.keras"
    )
    assert names["text"] == "tensorflow.python.keras"
    assert notebook.remarks == {}


def test_an_import_of_a_library_that_is_not_installed_takes_nothing_else_with_it(notebook):
    cell = "import os, no_such_library as nsl\nfrom no_such_library.parts import part\nimport json"
    assert notebook.run(cell)["json"].dumps(1) == "1"
    assert list(notebook.remarks) == ["library no_such_library"]
    with pytest.raises(NameError):
        notebook.run("nsl.use()")


def test_an_import_that_is_tried_fails_as_the_notebook_expects(notebook):
    cell = "try:\n    import no_such_library\n    found = True\nexcept ImportError:\n    found = False"
    assert notebook.run(cell)["found"] is False
    assert not notebook.remarks


def test_an_installed_library_is_imported_as_ever(notebook):
    assert notebook.run("import numpy.linalg as la, math\nfrom json import loads")["la"].__name__ == "numpy.linalg"
    assert not notebook.remarks
