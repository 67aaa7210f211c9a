"""Data sets to find and to refuse: generated once a session, written where a test wants them."""

from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.data import Dataset, standin

BatchWriter = Callable[[Dataset, Path], Path]

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def large_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for the session. Removed at its end: pytest would keep data sets of three sessions."""
    folder = tmp_path_factory.mktemp("large")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """The usual folder, removed after the test: else prepared data sets are kept for three sessions."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """The stand-in; not to be written to."""
    generated = standin.generate()
    for array in generated:
        array.flags.writeable = False
    return generated


@pytest.fixture(scope="session")
def npz(dataset: Dataset, large_files: Path) -> Path:
    """A usable .npz file; not to be written to."""
    path = large_files / "npz" / "given.npz"
    path.parent.mkdir()
    np.savez(path, **dataset._asdict())
    return path


def _write_batches(dataset: Dataset, folder: Path) -> Path:
    """Write the batches of `dataset` in the published layout."""
    folder.mkdir(parents=True)
    images = np.concatenate([dataset.x_train, dataset.x_test]).transpose(0, 3, 1, 2).reshape(6, 10_000, 3072)
    labels = np.concatenate([dataset.y_train, dataset.y_test]).reshape(6, 10_000)
    for number in range(6):
        name = f"data_batch_{number + 1}" if number < 5 else "test_batch"
        batch = {b"data": images[number], b"labels": labels[number].tolist(), b"batch_label": name.encode()}
        (folder / name).write_bytes(pickle.dumps(batch, protocol=4))
    return folder


@pytest.fixture
def write_batches() -> BatchWriter:
    """Writes a data set into a folder in the published layout, and returns the folder."""
    return _write_batches


@pytest.fixture(scope="session")
def batches(dataset: Dataset, large_files: Path) -> Path:
    """A folder of batches; not to be written to."""
    return _write_batches(dataset, large_files / "cifar-10-batches-py")


@pytest.fixture(scope="session")
def real_npz(large_files: Path) -> Path:
    """CIFAR-10 itself, where it lies beside the project."""
    script = SHARED_DATA / "cifar10.py"
    if not script.is_file():
        pytest.skip(f"no CIFAR-10 at {SHARED_DATA}")
    pytest.importorskip("PIL", reason="Pillow expands CIFAR-10")
    path = large_files / "cifar10.npz"
    subprocess.run([sys.executable, str(script), str(path)], check=True)
    return path


@pytest.fixture
def no_cache(tmp_path: Path) -> dict[str, str]:
    """An environment with an empty Keras cache and a cache of the grader's own."""
    return {"KERAS_HOME": str(tmp_path / "keras"), "GRADER_CACHE": str(tmp_path / "cache")}
