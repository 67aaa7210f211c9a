from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from grader.data import download, find_dataset
from grader.errors import InfrastructureError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.data import Dataset

    Install = Callable[[Callable[[Path], object]], Path]
    BatchWriter = Callable[[Dataset, Path], Path]


@pytest.fixture
def keras_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a Keras in place whose ``load_data`` does as told in its data folder; return that folder."""

    def install(load_data: Callable[[Path], object]) -> Path:
        datasets = tmp_path / "keras" / "datasets"
        datasets.mkdir(parents=True)
        monkeypatch.setenv("KERAS_HOME", str(datasets.parent))
        package = ModuleType("keras.datasets")
        package.cifar10 = ModuleType("keras.datasets.cifar10")  # type: ignore[attr-defined]
        package.cifar10.load_data = lambda: load_data(datasets)
        monkeypatch.setitem(sys.modules, "keras", ModuleType("keras"))
        monkeypatch.setitem(sys.modules, "keras.datasets", package)
        return datasets

    return install


def test_without_a_network_the_remedy_is_told(keras_that: Install) -> None:
    def fail(datasets: Path) -> None:
        raise Exception("URL fetch failure: no route to host")  # noqa: TRY002 - what Keras raises

    keras_that(fail)
    with pytest.raises(InfrastructureError, match=r"no route to host.*--data or \$GRADER_DATA"):
        download()


def test_what_came_is_verified(keras_that: Install, dataset: Dataset, write_batches: BatchWriter) -> None:
    keras_that(lambda datasets: write_batches(dataset, datasets / "cifar-10-batches-py"))
    with pytest.raises(InfrastructureError, match="is not CIFAR-10"):
        download()


def test_a_download_that_left_nothing_is_told(keras_that: Install) -> None:
    datasets = keras_that(lambda datasets: None)
    with pytest.raises(InfrastructureError, match=f"{datasets} cannot be used"):
        download()


def test_a_folder_keras_cannot_write_to_is_told(
    keras_that: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keras_that(lambda datasets: pytest.fail("nothing must be downloaded"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(InfrastructureError, match="Set KERAS_HOME"):
        download()


def test_the_real_images_are_found_where_keras_put_them(
    keras_that: Install, real_npz: Path, write_batches: BatchWriter
) -> None:
    layout = "cifar-10-batches-py-target/cifar-10-batches-py"
    datasets = keras_that(lambda datasets: write_batches(find_dataset(real_npz).read(), datasets / layout))
    assert download() == datasets / layout
