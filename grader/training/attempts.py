"""A recipe trained towards a bar: from the cache where somebody computed the same before, else now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from grader.data import PreparedDataset
from grader.gpus import claimed_gpu, gpus
from grader.training.cache import Cache
from grader.training.process import Trainer
from grader.training.protocol import Look, Order, Outcome
from grader.training.recipe import Recipe
from grader.verification.plan import draw

__all__ = ["Bench", "versions"]

_TRAINER = 1
"""Raised with every change of the worker that changes what it computes: what is kept is then not found any more."""
_ROWS = 2000
"""Test images that are looked at on the way."""


@dataclass(frozen=True)
class Bench:
    """Where trainings are done.

    Attributes:
        dataset: on which.
        trainer: does them.
        cache: keeps what came of them; None to keep nothing.
        gpu_share: how many trainings and notebooks may use the same GPU at once, where there is one.
    """

    dataset: PreparedDataset
    trainer: Trainer
    cache: Cache | None
    gpu_share: int = 1

    def train(
        self,
        recipe: Recipe,
        seed: int,
        steps: int,
        seconds: float,
        *,
        target: float | None = None,
        looks: tuple[int, ...] = (),
        label: str = "",
        tell: Callable[[Look], None] = lambda _: None,
    ) -> Outcome:
        """The outcome of a training (see `Order`); `label` says what it is for, `tell` hears how it stands.

        Raises:
            InfrastructureError: if no training can be done here.
        """
        order = Order(
            dataset=str(self.dataset.folder.resolve()),
            recipe=recipe,
            seed=seed,
            steps=steps,
            seconds=seconds,
            target=None if target is None else round(target, 6),
            looks=looks,
            rows=draw(seed, [recipe.digest], len(self.dataset.load().x_test), _ROWS),
        )
        if self.cache is None:
            return self._train(order, tell)
        question = self._question(order)
        with self.cache.claimed(question):
            outcome = self.cache.find(question)
            if outcome is None:
                outcome = self._train(order, tell)
                self.cache.keep(question, outcome, label)
        return outcome

    def _train(self, order: Order, tell: Callable[[Look], None]) -> Outcome:
        if not gpus():
            return self.trainer.train(order, tell)
        with claimed_gpu(self.gpu_share) as gpu:
            return self.trainer.train(order, tell, gpu)

    def _question(self, order: Order) -> dict[str, object]:
        """Everything that an outcome follows from; the rows follow from seed and recipe."""
        return {
            "trainer": _TRAINER,
            "versions": versions(),
            "device": "gpu" if gpus() else "cpu",
            "dataset": self.dataset.digest,
            **order.model_dump(mode="json", by_alias=True, exclude={"dataset", "rows"}),
        }


@cache
def versions() -> dict[str, str]:
    """What computes, by package."""
    return {name: _version(name) for name in ("keras", "numpy", "tensorflow")}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # TensorFlow without CUDA has a name of its own
        return "unknown" if package.endswith("-cpu") else _version(f"{package}-cpu")
