"""What else is different between two networks of one student, where the second should be the first with a change."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Literal

from grader.models.alignment import align
from grader.models.stages import Chain, Stage

__all__ = ["Ignored", "differences"]

Ignored = Literal["dropout", "batch_norm", "bias", "padding"]

_COMPARED = {
    "conv2d": ("filters", "kernel", "strides", "padding", "dilation"),
    "max_pool": ("pool", "strides", "padding"),
    "average_pool": ("pool", "strides", "padding"),
    "dense": ("units",),
}
_WORDS = {"use_bias": "bias"}


def differences(original: Chain, changed: Chain, *, ignoring: Collection[Ignored] = ()) -> list[str]:
    """Each difference between the networks in words; empty where they are the same but for what is ignored.

    Layers that follow another one (activation, dropout, batch normalisation) are compared with it. The order of
    what follows counts only in so far as it is not ignored: with ``batch_norm`` ignored, ``relu`` before and after
    it are the same.
    """
    found: list[str] = []
    for pair in align(changed.stages, original.stages):
        if pair.found is None and pair.expected is not None:
            found.append(f"{pair.expected.describe()} is missing")
        elif pair.expected is None and pair.found is not None:
            found.append(f"{pair.found.describe()} was added")
        elif pair.found is not None and pair.expected is not None:
            found += _between(pair.expected, pair.found, ignoring)
    if changed.leading != original.leading and "dropout" not in ignoring:
        found.append("the dropout before the first layer differs")
    return found


def _between(before: Stage, after: Stage, ignoring: Collection[Ignored]) -> Iterator[str]:
    names = [name for name in _COMPARED.get(before.op, ()) if name not in ignoring]
    if "bias" not in ignoring and before.op in ("conv2d", "dense"):
        names.append("use_bias")
    for name in names:
        was, now = before.config.get(name), after.config.get(name)
        if was != now:
            yield f"{before.describe()}: {_WORDS.get(name, name)} {_value(was)} became {_value(now)}"
    was_followed, is_followed = _followers(before, ignoring), _followers(after, ignoring)
    if was_followed != is_followed:
        yield f"{before.describe()}: followed by {_listed(was_followed)}, now by {_listed(is_followed)}"
    elif "dropout" not in ignoring and before.dropouts != after.dropouts:
        yield f"{before.describe()}: dropout {_value(before.dropouts)} became {_value(after.dropouts)}"


def _followers(stage: Stage, ignoring: Collection[Ignored]) -> list[str]:
    return [name for name in stage.sequence if name not in ignoring]


def _listed(names: list[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names) or "nothing"


def _value(value: Any) -> str:
    return "×".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
