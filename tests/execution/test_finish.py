"""The last request: what the recorder finds out when the notebook has ended."""

from __future__ import annotations

import pytest

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


MEASURED = (
    """
    import keras

    class Talkative(keras.Sequential):
        def test_step(self, data):
            print("a step")
            return super().test_step(data)

    _, (x, y) = keras.datasets.cifar10.load_data()
    model = Talkative([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    """,
    """
    loss, accuracy = model.evaluate(x, y, verbose=0)
    print(f"{loss:.3f} {accuracy:.3f}")
    print(int(model.predict(x[:1], verbose=0).argmax()) == int(y[0, 0]))
    """,
)


@pytest.mark.parametrize("run", ["warm"], indirect=True)
def test_what_a_model_was_measured_by_is_known_when_cells_run_again(run: Run) -> None:
    evidence = run(*MEASURED)
    (replay,) = evidence.of(ReplayOutputs)
    said, figures, _ = evidence.cells[1].text.splitlines()
    assert said == "a step"
    assert {name: (text or "").splitlines() for name, text in replay.outputs.items()} == {
        "recognised": [figures, "True"],
        "mistaken": [figures, "False"],
        "otherwise": [figures, "False"],
        "second": [figures, "True"],
    }
