"""The last request: what the recorder finds out when the notebook has ended."""

from __future__ import annotations

from grader.evidence.schema import Finished, ReplayOutputs, Tampering
from tests.execution.conftest import Run

NOTEBOOK = (
    "import keras\n_, (x, y) = keras.datasets.cifar10.load_data()",
    "model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(10)])",
    "int(model.predict(x[:1], verbose=0).argmax()), int(y[0, 0])",
)


def test_results_of_cells_that_run_again_are_seen(run: Run) -> None:
    evidence = run(*NOTEBOOK)
    (replay,) = evidence.of(ReplayOutputs)
    label = replay.classes["recognised"]
    assert replay.outputs["recognised"] == f"\n({label}, {label})"
    assert replay.outputs["mistaken"] == f"\n({replay.classes['mistaken']}, {label})"
    assert len(evidence.of(Finished)) == 1
    assert not evidence.of(Tampering)
