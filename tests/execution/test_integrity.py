"""Notebooks that reach into the recorder, each beside an honest one that does nearly the same, in real kernels."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.data import PreparedDataset
from grader.evidence import Evidence
from grader.evidence.schema import Fit, FitEnd, ModelSnapshot, RecorderFault, Remark, Tampering
from grader.execution.limits import Limits
from grader.execution.runner import RunSettings, run_notebook
from grader.intake import Cell, Notebook

Run = Callable[..., Evidence]

IMPORTS = "import builtins, functools, gc, json, sys\nimport keras, numpy as np, matplotlib.pyplot as plt"
NETWORK = """
model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(10)])
model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
(x, y), _ = keras.datasets.cifar10.load_data()
history = model.fit(x, y, epochs=3, verbose=0)
"""
RECORDER = "recorder = get_ipython().events.callbacks['post_run_cell'][-1].__self__\n"


@pytest.fixture
def run(dataset: PreparedDataset) -> Run:
    """Runs code cells after one that imports."""

    def run(*sources: str, warm: bool = True) -> Evidence:
        cells = tuple(Cell(place, "code", source) for place, source in enumerate((IMPORTS, *sources), 1))
        settings = RunSettings("sketch", dataset, Limits(cell_seconds=60), warm=warm)
        return run_notebook(Notebook("few lines", cells), settings)

    return run


def noticed(evidence: Evidence) -> dict[str, int]:
    """What was noticed, with the ordinal of its cell."""
    return {event.what: event.cell for event in evidence.of(Tampering)}


HOSTILE = {
    "method of Keras": (
        "old = keras.Model.fit\nkeras.Model.fit = lambda self, *a, **k: old(self, *a, **k)",
        "`keras.Model.fit` was overridden",
    ),
    "wrapper removed": (
        "owner = next(c for c in keras.Model.__mro__ if 'evaluate' in vars(c))\n"
        "owner.evaluate = owner.evaluate.__wrapped__",
        "`keras.Model.evaluate` was replaced",
    ),
    "counting of parameters": (
        "keras.layers.Dense.count_params = lambda self: 30_730",
        "`keras.Dense.count_params` was overridden",
    ),
    "attribute access": (
        "keras.layers.Dense.__getattribute__ = lambda self, name: object.__getattribute__(self, name)",
        "`keras.Dense.__getattribute__` was overridden",
    ),
    "bases of a class": (
        "class Layer(keras.layers.Layer): pass\nkeras.layers.Flatten.__bases__ = (Layer,)",
        "`keras.Flatten` was changed",
    ),
    "class of the recorder's object": (
        RECORDER + "recorder._probes.__class__ = type('Probes', (type(recorder._probes),), {})",
        "`the recorder's Probes` was changed",
    ),
    "code of a wrapper": (
        "inner = keras.Model.predict.__wrapped__\ninner.__code__ = inner.__code__.replace(co_name='forged')",
        "`keras.Model.predict` was changed",
    ),
    "what a wrapper holds": (
        "for cell in keras.Model.summary.__closure__:\n    if callable(cell.cell_contents): cell.cell_contents = print",
        "`keras.Model.summary` was changed",
    ),
    "IPython's way to run a cell": (
        "shell = get_ipython()\nrun_cell = shell.run_cell\nshell.run_cell = lambda *a, **k: run_cell(*a, **k)",
        "`ipykernel.ZMQInteractiveShell.run_cell` was overridden",
    ),
    "the kernel's way to run a cell": (
        "kernel = get_ipython().kernel\ndo_execute = kernel.do_execute\n"
        "kernel.do_execute = lambda *a, **k: do_execute(*a, **k)",
        "`ipykernel.IPythonKernel.do_execute` was overridden",
    ),
    "answer to the last request": (
        "handlers = get_ipython().kernel.shell_handlers\nasked = handlers['grader_finish']\n"
        "handlers['grader_finish'] = lambda *a: asked(*a)",
        "`the kernel's handlers.grader_finish` was replaced",
    ),
    "event written by a cell": (
        RECORDER + "recorder.log.emit('data_served', name='cifar10')",
        "the recorder's log was called by other code",
    ),
    "line written by a cell": (
        RECORDER + 'recorder.log._write(b\'{"seq": 1, "cell": 1, "kind": "finished"}\')',
        "a line was written to the recorder's log by other code",
    ),
    "method of the recorder's object": (
        RECORDER + "recorder._registry.snapshot = lambda model: (0, 0)",
        "`the recorder's ModelRegistry.snapshot` was overridden",
    ),
    "method of the recorder's class": (
        RECORDER + "type(recorder._registry).snapshot = lambda self, model: (0, 0)",
        "`the recorder's models.ModelRegistry.snapshot` was replaced",
    ),
    "search for the recorder": (
        "log = next(one for one in gc.get_objects() if type(one).__name__ == 'EventLog')\nlen(gc.get_referrers(log))",
        "holders of the recorder's EventLog were looked for",
    ),
    "memory of the process": ("open('/proc/self/mem', 'rb')", "the memory of a process was opened"),
    "name of the recorder": ("import grader_kernel", "the code names `grader_kernel`"),
    "module by another name": ("sys.modules['keras'] = type(sys)('keras')", "`sys.modules.keras` was replaced"),
}


def test_what_evidence_rests_on_is_replaced(run: Run) -> None:
    evidence = run(*(act for act, _ in HOSTILE.values()))
    assert evidence.run.ended == "complete", "and the notebook goes on"
    found = noticed(evidence)
    assert found.pop(OUT_OF_ORDER) == list(HOSTILE).index("line written by a cell") + 1
    assert found == {what: cell for cell, (_, what) in enumerate(HOSTILE.values(), 1)}


def test_the_recorder_is_told_of_cells_no_longer(run: Run) -> None:
    evidence = run("a = 1", "get_ipython().events.callbacks['post_run_cell'].clear()", "b = 2")
    assert list(noticed(evidence)) == ["the recorder is told of `post_run_cell` no longer"]


def test_the_list_of_callbacks_is_replaced(run: Run) -> None:
    evidence = run("a = 1", "events = get_ipython().events\nevents.callbacks = {name: [] for name in events.callbacks}")
    assert list(noticed(evidence)) == ["`IPython.EventManager.callbacks` was replaced"]
    assert not evidence.of(RecorderFault)


def test_it_is_noticed_before_anything_that_was_seen_through_it(run: Run) -> None:
    evidence = run("keras.layers.Dense.count_params = lambda self: 7\n" + NETWORK)
    (event,) = evidence.of(Tampering)
    assert event.seq < min(one.seq for one in (*evidence.of(ModelSnapshot), *evidence.of(Fit)))
    assert evidence.of(FitEnd), "and the notebook went on"


def test_everything_is_noticed_once(run: Run) -> None:
    act = "keras.Model.fit = lambda self: None"
    assert len(run(act, act, act).of(Tampering)) == 1


OUT_OF_ORDER = "an event is not in the order in which the recorder writes"

HONEST = {
    "subclass": """
class Network(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(10)
    def call(self, x):
        return self.dense(x)
    def train_step(self, data):
        return super().train_step(data)
    def fit(self, *args, **kwargs):
        return super().fit(*args, **kwargs)
    def count_params(self):
        return 1
network = Network()
network(np.zeros((2, 4), "float32"))
class Dense(keras.layers.Dense):
    def call(self, x):
        return super().call(x)
""",
    "wrapper of one object": NETWORK + "model.fit = functools.partial(model.fit, verbose=0)\nmodel.fit(x, y)",
    "old names on new classes": (
        "keras.Sequential.predict_classes = lambda self, x: self.predict(x).argmax(-1)\n"
        "keras.Model.predict_proba = lambda self, x: self.predict(x)\n"
        "keras.backend.image_dim_ordering = lambda: 'tf'\n"
        "keras.layers.Layer.__repr__ = lambda self: self.name"
    ),
    "pickles in np.load": "old = np.load\nnp.load = lambda *a, **k: old(*a, allow_pickle=True, **k)",
    "defaults of np.load": "np.load.__defaults__ = (None, True, True, 'ASCII')",
    "silent show": "plt.show = lambda: None",
    "flushing print": "print = functools.partial(print, flush=True)\nprint('x')",
    "print for all": "builtins.print = functools.partial(builtins.print, flush=True)",
    "cell output": "from IPython.core.interactiveshell import InteractiveShell\n"
    "InteractiveShell.ast_node_interactivity = 'all'",
    "extension": "%load_ext autoreload\n%autoreload 2",
    "callback after cells": "get_ipython().events.register('post_run_cell', lambda result: None)",
    "modules imported anew": "import importlib\nimportlib.reload(plt)\nimportlib.reload(keras)\nimportlib.reload(json)",
    "memory debugging": "len(gc.get_objects()), gc.get_referrers(model) if 'model' in dir() else gc.collect()",
    "memory of the machine": "open('/proc/meminfo').read()",
    "library by ctypes": "import ctypes\nctypes.CDLL(None).abs(-1)",
    "tracing": "sys.settrace(None)",
    "encoder for arrays": "json.JSONEncoder.default = lambda self, value: value.tolist()",
    "name in a comment": "c = 1  # grader_kernel",
    "class of an object": "class A: pass\nclass B(A): pass\na = A()\na.__class__ = B\nB.__bases__ = (A,)",
    "its own environment": "open('/proc/self/environ').read()",
    "exit": "quit()",
    "figure": NETWORK + "plt.plot(history.history['loss'])\nplt.show()",
    "saved and copied": NETWORK + "import copy, pickle\npickle.dumps(history.history)\ncopy.deepcopy(history.history)\n"
    "model.save('model.keras')\nkeras.models.load_model('model.keras')",
    "error within Keras": NETWORK + "model.fit(x[:10], y[:20])",
}


def test_honest_notebooks_do_the_like(run: Run) -> None:
    evidence = run(*HONEST.values())
    assert not noticed(evidence)
    assert not evidence.of(RecorderFault)
    assert evidence.run.ended == "complete"
    failed = {name for name, cell in zip(HONEST, evidence.cells[1:], strict=True) if cell.error is not None}
    assert failed == {"error within Keras"}


REMARKED = {
    "numpy.ravel": "np.ravel = lambda *a, **k: None",
    "json.dumps": "json.dumps = functools.partial(json.dumps)",
    "matplotlib.pyplot.show": "plt.show = lambda: None",
    "keras.datasets.cifar10.load_data": "keras.datasets.cifar10.load_data = None",
    "trace function": "sys.settrace(None)",
    "ctypes": "import ctypes\nctypes.CDLL(None)",
    "ast_transformers": "get_ipython().ast_transformers.append(__import__('ast').NodeTransformer())",
}


def test_what_costs_nothing_is_remarked_once(run: Run) -> None:
    evidence = run(*REMARKED.values(), *REMARKED.values())
    for cell, name in enumerate(REMARKED, 1):
        (remark,) = [event for event in evidence.of(Remark) if name in event.text]
        assert remark.cell == cell
        assert "costs no points" in remark.text
    assert not noticed(evidence)


LIES = """
def lying(honest):
    def answer(*args, **kwargs):
        asks = sys._getframe(1).f_globals["__name__"]
        return None if asks.startswith("grader") else honest(*args, **kwargs)
    return answer
for module, names in ((builtins, "abs all any enumerate getattr isinstance len max min sorted sum vars zip"),
                      (np, "array_equal asarray flatnonzero ravel unique"), (json, "dumps loads")):
    for name in names.split():
        setattr(module, name, lying(getattr(module, name)))
"""


def test_the_recorder_sees_what_is_there_whatever_is_replaced(run: Run) -> None:
    plain, lied_to = run("", NETWORK), run(LIES, NETWORK)
    assert not lied_to.of(RecorderFault)
    assert "`numpy.asarray` was replaced" in "".join(event.text for event in lied_to.of(Remark))
    for kind in (ModelSnapshot, Fit, FitEnd):
        (one,), (other,) = plain.of(kind), lied_to.of(kind)
        assert one.model_dump(exclude={"seq", "cell", "fit"}) == other.model_dump(exclude={"seq", "cell", "fit"})


def test_the_modules_of_the_recorder_cannot_be_imported(run: Run) -> None:
    evidence = run(
        "name = 'grader' + '_kernel'\nprint([one for one in sys.modules if one.startswith(name)])",
        "import importlib\ntry: importlib.import_module(name + '.session')\nexcept ImportError as error: print(error)",
        warm=False,
    )
    assert evidence.cells[1].text == "[]\n"
    assert evidence.cells[2].text.startswith("No module named")
