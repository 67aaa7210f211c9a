"""History keys: ``acc`` and ``accuracy`` are the same metric, whichever of them Keras filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .calls import Remark

__all__ = ["OTHER_NAME", "wrap_history"]

OTHER_NAME = {"acc": "accuracy", "accuracy": "acc", "val_acc": "val_accuracy", "val_accuracy": "val_acc"}
"""Accuracy as metrics call it: the two names it has had, each by the other."""


class _History(dict[str, Any]):
    """A ``History.history`` that also answers to the other name of its accuracy.

    Only reading by key is forgiving: keys, items, length, membership and equality are a plain dictionary's.
    """

    def __init__(self, history: Mapping[str, Any], remark: Remark) -> None:
        super().__init__(history)
        self._remark = remark

    def __missing__(self, key: str) -> Any:
        there = OTHER_NAME.get(key)
        if there is None or there not in self:
            raise KeyError(key)
        self._remark(
            f"history {key}",
            f"`history['{key}']` was read, but this model was compiled so that Keras calls it `{there}`; "
            f"`{there}` was given.",
        )
        return self[there]

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        # A pickle of it is a plain dictionary: it must load where the grader is not installed.
        return dict, (dict(self),)


def wrap_history(history: Mapping[str, Any], remark: Remark) -> dict[str, Any]:
    """A dictionary equal to `history` that also serves ``acc`` for ``accuracy``, and the reverse.

    `remark` hears of each read under a name that Keras did not use.
    """
    return _History(history, remark)
