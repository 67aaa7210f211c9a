"""Measures what speed was promised, in one run, and prints a table: ``python benchmarks/benchmark.py``.

Every figure stands beside a yardstick measured in the same run on the same machine (importing TensorFlow, or the
bare execution of the same notebook), so that tables of different machines can be compared by their ratios. Run it on
an idle machine: nothing here waits for other load to pass.
"""

from __future__ import annotations

import argparse
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from rich.console import Console
from rich.table import Table

from grader.execution.progress import NullProgress

ROOT = Path(__file__).resolve().parent.parent

PROMISED = {
    "nets": ("3 ×", 2.5),
    "first-cnn": ("12 s, 6 ×", 4.0),
    "regularization": ("12 s, 6 ×", 4.0),
    "tiny-vgg": ("30 s, 15 ×", 4.0),
    "googlenet": ("60 s, 30 ×", 4.0),
}
"""By assignment: seconds that a sketch of its example may take, as ratio where TensorFlow takes 2 s, and GB."""

WARM = "nets"
"""The assignment whose example is sketched in a kernel that was forked, too."""

TRAINING = """
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(),
    layers.Flatten(), layers.Dense(512, activation="relu"), layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train[:{images}], y_train[:{images}], batch_size=128, epochs={epochs},
                    validation_split=0.2, verbose=0)
print(model.evaluate(x_test, y_test, verbose=0))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the median counts")
    parser.add_argument("--only", nargs="+", default=list(PROMISED), help="sketches of these assignments alone")
    parser.add_argument("--images", type=int, default=10_000, help="training images of the full run")
    parser.add_argument("--epochs", type=int, default=5, help="epochs of the full run")
    options = parser.parse_args()

    table = Table("What", "Measured", "Yardstick", "Ratio", "Promised")
    tensorflow = median(lambda: command("-c", "import tensorflow"), options.repeat)
    table.add_row("import tensorflow", seconds(tensorflow), "", "", "")

    helped = median(lambda: command("-m", "grader", "--help"), options.repeat)
    table.add_row("grader --help", seconds(helped), *against(helped, tensorflow), "0.3 s")

    folder = Path(tempfile.mkdtemp())
    for name, (promised, gigabytes) in PROMISED.items():
        if name not in options.only:
            continue
        arguments = ("-m", "grader", "run", str(ROOT / "examples" / f"{name}.ipynb"), "--effort", "sketch")
        arguments += ("--assignment", name, "--evidence", str(folder / f"{name}.json"))
        command(*arguments)  # lays the data set out in the cache
        runs = [measured(*arguments) for _ in range(options.repeat)]
        sketch = statistics.median(wall for wall, _ in runs)
        table.add_row(f"sketch of {name}", seconds(sketch), *against(sketch, tensorflow), promised)
        memory = max(largest for _, largest in runs)
        table.add_row("  its largest process", f"{memory:.2f} GB", "", "", f"{gigabytes:g} GB")

    if WARM in options.only:
        ready, warm = warm_sketch(options.repeat)
        table.add_row("warm kernel ready", seconds(ready), *against(ready, tensorflow), "0.5 s")
        table.add_row(f"warm sketch of {WARM}", seconds(warm), *against(warm, tensorflow), "3 s, 1.5 ×")

    judged = median(lambda: checks_and_report(folder), options.repeat)
    table.add_row("checks and report", seconds(judged), *against(judged, tensorflow), "1.5 s")

    bare, full = full_overhead(options.images, options.epochs, options.repeat)
    table.add_row("full, short notebook", seconds(full), seconds(bare), f"{full / bare:.3f}", "1.05")
    Console(width=100).print(table)


def median(measure: Callable[[], float], repeat: int) -> float:
    """The median of some runs, in seconds."""
    return statistics.median(measure() for _ in range(repeat))


def command(*arguments: str) -> float:
    """Wall seconds of a Python process."""
    return measured(*arguments)[0]


def measured(*arguments: str) -> tuple[float, float]:
    """Wall seconds of a Python process, and the memory of the largest process among it and its children in GB.

    What they hold is looked at twenty times a second: a kernel in a sandbox is nobody's child in the end, so that the
    system would not tell.
    """
    started = time.perf_counter()
    process = psutil.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    largest = 0
    while True:
        try:
            process.wait(timeout=0.05)
            break
        except psutil.TimeoutExpired:
            largest = max([largest, *map(held, [process, *process.children(recursive=True)])])
    wall = time.perf_counter() - started
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return wall, largest / 1e9


def held(process: psutil.Process) -> int:
    """Bytes that a process holds in memory; 0 where it has ended."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


class Clock(NullProgress):
    """Notes when a run began, and when its kernel was ready for the first cell."""

    def on_run_start(self, total_code_cells: int) -> None:  # noqa: ARG002 - of the protocol
        """The kernel is about to be started."""
        self.started, self.ready = time.perf_counter(), float("nan")

    def on_cell_start(self, position: int, preview: str) -> None:  # noqa: ARG002
        """A cell is about to run."""
        if math.isnan(self.ready):
            self.ready = time.perf_counter()


def warm_sketch(repeat: int) -> tuple[float, float]:
    """Wall seconds until a forked kernel is ready in its sandbox, and of a whole grading with one, medians."""
    from grader.pipeline import GradingOptions, grade_notebook

    ready, whole = [], []
    for _ in range(repeat + 1):
        clock, started = Clock(), time.perf_counter()
        path = ROOT / "examples" / f"{WARM}.ipynb"
        grade_notebook(path, GradingOptions(assignment=WARM, effort="sketch", warm=True), clock)
        whole.append(time.perf_counter() - started)
        ready.append(clock.ready - clock.started)
    # The first one waits for the process that forks the others.
    return statistics.median(ready[1:]), statistics.median(whole[1:])


def checks_and_report(folder: Path) -> float:
    """Wall seconds of deciding all checks of the recorded runs and writing every report, imports left out."""
    from grader.assignments import load_assignment
    from grader.data import find_dataset, prepare
    from grader.evidence import Evidence
    from grader.grading import grade
    from grader.report import write

    dataset = prepare(find_dataset())
    recorded = {path.stem: Evidence.load(path) for path in folder.glob("*.json") if path.stem in PROMISED}
    started = time.perf_counter()
    for name, evidence in recorded.items():
        write(grade(evidence, load_assignment(name), dataset), ["json", "html", "md"], folder, f"report-{name}")
    return (time.perf_counter() - started) / len(recorded)


def full_overhead(images: int, epochs: int, repeat: int) -> tuple[float, float]:
    """Wall seconds of one notebook under bare nbclient and under grader at effort full, run in turns."""
    from grader.data import find_dataset, prepare
    from grader.execution.runner import RunSettings, run_notebook
    from grader.intake import read_notebook

    dataset = prepare(find_dataset())
    load = "\n".join(
        ["import numpy as np"]
        + [f"{name} = np.load({str(dataset.folder / name)!r} + '.npy')" for name in ("y_train", "y_test")]
        + [
            f"{name} = np.load({str(dataset.folder / name)!r} + '.npy') / np.float32(255)"
            for name in ("x_train", "x_test")
        ]
    )
    cells = [load, TRAINING.format(images=images, epochs=epochs)]
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    path = Path(tempfile.mkdtemp()) / "short.ipynb"
    nbformat.write(node, path)

    bare, full = [], []
    for _ in range(repeat):
        started = time.perf_counter()
        NotebookClient(nbformat.read(path, as_version=4), kernel_name="python3", timeout=None).execute()
        bare.append(time.perf_counter() - started)
        started = time.perf_counter()
        run_notebook(read_notebook(path), RunSettings("full", dataset))
        full.append(time.perf_counter() - started)
    return statistics.median(bare), statistics.median(full)


def seconds(value: float) -> str:
    """Seconds for people."""
    return f"{value:.2f} s"


def against(value: float, yardstick: float) -> tuple[str, str]:
    """A yardstick and the ratio to it."""
    return seconds(yardstick), f"{value / yardstick:.2f}"


if __name__ == "__main__":
    main()
