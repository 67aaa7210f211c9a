"""A tiny data set, recipes for it, and one process that trains for all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.data import PreparedDataset
from grader.training.attempts import Bench
from grader.training.cache import Cache
from grader.training.process import Trainer
from tests.training.factories import FakeTrainer
from tests.verification import made


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    """300 and 200 images of one colour each, which tells the class."""
    return made.dataset(tmp_path_factory.mktemp("colours"))


@pytest.fixture(scope="session")
def trainer() -> Iterator[Trainer]:
    """One that has imported TensorFlow already."""
    made = Trainer()
    yield made
    made.close()


@pytest.fixture
def fake() -> FakeTrainer:
    return FakeTrainer()


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache" / "trainings")


@pytest.fixture
def bench(colours: PreparedDataset, fake: FakeTrainer, cache: Cache) -> Callable[..., Bench]:
    """A bench with a trainer that only counts, and the cache of this test unless another one is given."""

    def bench(kept: Cache | None = cache) -> Bench:
        return Bench(colours, fake, kept)  # type: ignore[arg-type]  # it does what a trainer does

    return bench
