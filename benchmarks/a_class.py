"""A class of thirty notebooks at effort ``short``, against training once, and against running them as handed in.

``python benchmarks/a_class.py`` grades 25 right notebooks in as many styles and five wrong ones, one after the other in
one process, with an empty cache of trainings. It needs CIFAR-10 (see ``grader data``). What the notebooks would take as
handed in is projected from some measured steps of each network that they train.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from grader.data import find_dataset, prepare
from grader.evidence import Evidence
from grader.evidence.schema import Fit
from grader.pipeline import GradingOptions, grade_notebook
from grader.training.cache import Cache
from grader.training.process import Trainer
from grader.training.protocol import Look, Order
from grader.training.reading import NotReproducibleError, recipe_of
from grader.training.recipe import Recipe, digest_of

ROOT = Path(__file__).resolve().parents[1]
SUITE = ROOT / "tests" / "submissions" / "nets"
WRONG = (
    "images-standardised",
    "net1-convolutions-without-relu",
    "net1-first-kernel-5x5",
    "net2-compiled-with-sgd",
    "net3-without-l2",
)
TRAININGS = "trainings"
FIRST, LAST = 5, 30
"""Steps between which the pace of a network is measured."""


def main() -> None:
    """Grade, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--right", type=int, default=25, help="how many of the right notebooks")
    parser.add_argument("--wrong", type=int, default=len(WRONG), help="how many of the wrong ones")
    options = parser.parse_args()
    chosen = sorted((SUITE / "right").glob("*.ipynb"))[: options.right]
    chosen += [SUITE / "wrong" / f"{name}.ipynb" for name in WRONG[: options.wrong]]

    prepare(find_dataset())  # laid out before the clock starts
    folder = Path(tempfile.mkdtemp())
    imported = imports()
    total = sum(grade_all(chosen, folder))
    entries = Cache(folder / TRAININGS).entries()
    trained = sum(max((second for _, second in entry.outcome.seconds), default=0.0) for entry in entries)
    projected, left_out = as_handed_in(folder)
    allowed = 1.5 * trained + 3 * len(chosen) * imported / 2

    table = Table("what", "measured", "promised", title=f"{len(chosen)} submissions of nets, effort short")
    table.add_row("import tensorflow", f"{imported:.2f} s")
    table.add_row("all of them", f"{total:.0f} s", f"{allowed:.0f} s: 1.5 × training once, and 3 s each¹")
    table.add_row("  training the distinct networks once", f"{trained:.0f} s ({len(entries)} trainings)")
    table.add_row("  beside that, a submission", f"{(total - trained) / len(chosen):.2f} s")
    table.add_row("as handed in, projected", f"{projected / 3600:.1f} h ({left_out} trainings left out)")
    table.add_row("  against grading them", f"{projected / total:.0f} ×", "100 ×")
    Console(width=110).print(table)
    print(f"¹ where TensorFlow takes 2 s; here {imported / 2:.1f} times that")


def imports() -> float:
    """Wall seconds of importing TensorFlow."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import tensorflow"], check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def grade_all(notebooks: Iterable[Path], folder: Path) -> Iterator[float]:
    """Wall seconds of grading each notebook; evidence and trainings go into the folder."""
    for path in notebooks:
        evidence = folder / f"{path.stem}.json"
        options = GradingOptions("nets", "short", warm=True, evidence=evidence, trainings=folder / TRAININGS)
        started = time.perf_counter()
        report = grade_notebook(path, options)
        seconds = time.perf_counter() - started
        earned = f"{report.auto.earned:g} of {report.auto.possible:g}, {report.auto.undecided:g} undecided"
        print(f"{seconds:6.1f} s  {earned:28}  {path.stem}", flush=True)
        yield seconds


def as_handed_in(folder: Path) -> tuple[float, int]:
    """Seconds that all trainings asked for would take, and how many could not be measured."""
    dataset = str(prepare(find_dataset()).folder)
    pace: dict[str, float] = {}
    total, left_out = 0.0, 0
    for path in sorted(folder.glob("*.json")):
        evidence = Evidence.load(path)
        for fit in evidence.of(Fit):
            try:
                recipe = recipe_of(evidence, [fit.seq]).recipe
            except NotReproducibleError:
                left_out += 1
                continue
            network = digest_of([recipe.parts[0].batch_size, *(node.model_dump(mode="json") for node in recipe.nodes)])
            if network not in pace:
                pace[network] = step_seconds(dataset, recipe)
            total += pace[network] * recipe.steps
    return total, left_out


class EnoughError(Exception):
    """So many steps were seen."""


def step_seconds(dataset: str, recipe: Recipe) -> float:
    """Wall seconds of a step, by when the trainer tells of steps; it looks at one image after each."""
    seen: list[tuple[int, float]] = []

    def tell(look: Look) -> None:
        seen.append((look.steps, time.perf_counter()))
        if look.steps >= LAST:
            raise EnoughError

    trainer = Trainer()
    order = Order(dataset=dataset, recipe=recipe, seed=1, steps=LAST + 1, seconds=3600, target=1.0, rows=(0,))
    try:
        trainer.train(order, tell)
    except EnoughError:
        pass
    finally:
        trainer.close()
    (first, begun), (last, ended) = next(pair for pair in seen if pair[0] >= FIRST), seen[-1]
    return (ended - begun) / (last - first)


if __name__ == "__main__":
    main()
