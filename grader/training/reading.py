"""From what a notebook did to the recipe of it: the network as it was when trained, and how it was trained."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from grader.evidence import Evidence
from grader.evidence.recipes import RecipeGiven, Setting
from grader.evidence.schema import Compile, Fit, FitEnd, ModelSnapshot
from grader.evidence.values import Node
from grader.training.given import (
    NotReproducibleError,
    labels_of,
    scaling_of,
    significant,
    training_rows,
    validation_of,
)
from grader.training.graphs import (
    canonical_layers,
    canonical_nodes,
    ends_in_softmax,
    without_rescaling,
    without_softmax,
)
from grader.training.recipe import CROSSENTROPY, MOST_PARTS, Part, Recipe, Scaling

__all__ = ["NotReproducibleError", "Reading", "recipe_of"]

_MOST_LEFT_OUT = 20

_STOPPING = {
    "EarlyStopping": (
        *("monitor", "min_delta", "patience", "mode", "baseline", "restore_best_weights", "start_from_epoch"),
    ),
    "ReduceLROnPlateau": ("monitor", "factor", "patience", "mode", "min_delta", "cooldown", "min_lr"),
}
"""Callbacks that change what is computed, with those of their settings that do."""
_HARMLESS = frozenset(
    {
        *("BackupAndRestore", "CSVLogger", "History", "ModelCheckpoint", "ProgbarLogger", "RemoteMonitor"),
        *("TensorBoard", "TerminateOnNaN"),
    }
)
"""Callbacks that only look."""
_LOSS_SETTINGS = ("delta", "from_logits", "label_smoothing")
_CLASSES = {"sparse_categorical_crossentropy": "sparse", "categorical_crossentropy": "one_hot"}


@dataclass(frozen=True)
class Reading:
    """A recipe, and what was left out of it, as clauses."""

    recipe: Recipe
    left_out: tuple[str, ...] = ()


def recipe_of(evidence: Evidence, fits: Sequence[int]) -> Reading:
    """What these trainings of a run compute, one after the other on the same weights.

    Args:
        evidence: of the run.
        fits: `seq` of the trainings.

    Raises:
        NotReproducibleError: if something of it is not known or not grader's to do.
    """
    asked = {fit.seq: fit for fit in evidence.of(Fit)}
    chosen = [asked[seq] for seq in fits if seq in asked]
    if not chosen or len(chosen) != len(fits):
        raise NotReproducibleError("the trainings were not recorded")
    if len(chosen) > MOST_PARTS:
        raise NotReproducibleError(f"it was trained more than {MOST_PARTS} times")
    nodes = _nodes(evidence, chosen)
    ends = {end.fit: end for end in evidence.of(FitEnd)}
    layers: dict[str, dict[str, Setting]] = {}
    parts: list[Part] = []
    left_out: list[str] = []
    for place, fit in enumerate(chosen):
        given = _given(fit)
        left_out += given.obstacles
        layers |= given.layers
        before = chosen[place - 1] if place else None
        fresh = before is None or _compiled_between(evidence, before, fit)
        part = _part(fit, given, ends.get(fit.seq), fresh=fresh)
        parts.append(part if fresh or before is None else _with_rate_of(part, given, _given(before)))
    if ends_in_softmax(nodes) and all(_takes_probabilities(part.loss) for part in parts):
        # Keras computes it like this as well.
        nodes = without_softmax(nodes)
        parts = [part.model_copy(update={"loss": _from_logits(part.loss)}) for part in parts]
    while (found := without_rescaling(nodes)) is not None:
        scale, offset, nodes = found
        parts = [_scaled(part, scale, offset) for part in parts]
    names, nodes = canonical_nodes(nodes)
    blocking = [clause for clause in left_out if not _is_of_callback(clause)]
    if blocking:
        raise NotReproducibleError(blocking[0])
    recipe = Recipe(nodes=nodes, layers=canonical_layers(layers, names), parts=tuple(parts))
    return Reading(recipe, tuple(dict.fromkeys(left_out))[:_MOST_LEFT_OUT])


def _is_of_callback(clause: str) -> bool:
    """Whether what is in the way is a callback of the notebook's own.

    It may stop a training or change its pace, but what the network reaches without it, it reaches.
    """
    return clause.startswith("the callback ")


def _given(fit: Fit) -> RecipeGiven:
    if fit.recipe is None:
        raise NotReproducibleError("how it was trained was not recorded")
    return fit.recipe


def _nodes(evidence: Evidence, fits: Sequence[Fit]) -> tuple[Node, ...]:
    """The network, which has to be the same in all its trainings."""
    snapshots = {(event.model, event.version): event for event in evidence.of(ModelSnapshot)}
    ends = {end.fit: end for end in evidence.of(FitEnd)}
    # A model that is built by its first batch shows no layers before.
    found = [snapshots.get((fit.model, fit.version)) or _after(snapshots, ends.get(fit.seq)) for fit in fits]
    graphs = [snapshot.nodes for snapshot in found if snapshot is not None]
    if len(graphs) < len(found):
        raise NotReproducibleError("the layers of the network were not recorded")
    first = canonical_nodes(graphs[0])[1]
    if any(canonical_nodes(nodes)[1] != first for nodes in graphs):
        raise NotReproducibleError("the network was changed between its trainings")
    return graphs[0]


def _after(snapshots: Mapping[tuple[int, int], ModelSnapshot], end: FitEnd | None) -> ModelSnapshot | None:
    return None if end is None else snapshots.get((end.model, end.version))


def _with_rate_of(part: Part, given: RecipeGiven, before: RecipeGiven) -> Part:
    """A training that goes on with an optimizer, whose learning rate may have been set to another one meanwhile."""
    now, then = (
        _digits(one.optimizer.config.get("learning_rate")) if one.optimizer is not None else None
        for one in (given, before)
    )
    if now == then or part.rates or not isinstance(now, float):
        return part
    if any(callback.name == "ReduceLROnPlateau" for callback in part.callbacks):
        raise NotReproducibleError("its learning rate was set between its trainings and changed by itself later")
    return part.model_copy(update={"rates": (now,)})


def _compiled_between(evidence: Evidence, before: Fit, fit: Fit) -> bool:
    compiles = [event for event in evidence.of(Compile) if event.model == fit.model]
    return before.model != fit.model or any(before.seq < event.seq < fit.seq for event in compiles)


def _part(fit: Fit, given: RecipeGiven, end: FitEnd | None, *, fresh: bool) -> Part:
    if given.optimizer is None or given.loss is None:
        raise NotReproducibleError(next(iter(given.obstacles), "how it was compiled was not recorded"))
    rows = training_rows(fit.x)
    labels = labels_of(fit.x)
    loss = _loss(given.loss, labels)
    count = rows.count
    if fit.validation is None and fit.validation_split:
        count = math.floor(count * (1 - fit.validation_split))
    epochs = max(0, (fit.epochs or 1) - (fit.initial_epoch or 0))
    callbacks = tuple(callback for callback in _callbacks(given) if _may_act(callback, epochs))
    return Part(
        optimizer=_rounded(given.optimizer) if fresh else None,
        loss=loss,
        labels="sparse" if loss.name == CROSSENTROPY else labels,
        images=count,
        scaling=scaling_of(rows),
        batch_size=fit.batch_size or 32,
        epochs=epochs,
        steps=fit.steps_per_epoch or None,
        rates=_rates(given, end),
        callbacks=callbacks,
        class_weight=given.class_weight,
        shuffle=given.shuffle or fit.x.kind != "array",
        validation=validation_of(fit, rows, count) if callbacks else None,
    )


def _loss(given: Setting, labels: str) -> Setting:
    """The loss by name; cross-entropy is one, whatever labels it takes."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", given.name).lower()
    settings = {key: value for key, value in _rounded(given).config.items() if key in _LOSS_SETTINGS}
    settings = {key: value for key, value in settings.items() if value}
    if name not in _CLASSES:
        return Setting(name=name, config=settings)
    if _CLASSES[name] != labels:
        raise NotReproducibleError("its labels do not fit its loss")
    return Setting(name=CROSSENTROPY, config={"from_logits": False} | settings)


def _takes_probabilities(loss: Setting) -> bool:
    return loss.name == CROSSENTROPY and not loss.config["from_logits"]


def _from_logits(loss: Setting) -> Setting:
    return Setting(name=loss.name, config={**loss.config, "from_logits": True})


def _scaled(part: Part, scale: float, offset: float) -> Part:
    """A training whose images are given as the network itself would have scaled them."""

    def composed(one: Scaling) -> Scaling:
        return Scaling(
            scale=significant([value * scale for value in one.scale]),
            offset=significant([value * scale + offset for value in one.offset]),
        )

    validation = part.validation
    if validation is not None:
        validation = validation.model_copy(update={"scaling": composed(validation.scaling)})
    return part.model_copy(update={"scaling": composed(part.scaling), "validation": validation})


def _callbacks(given: RecipeGiven) -> Iterator[Setting]:
    for callback in given.callbacks:
        if callback.name in _STOPPING:
            wanted = _STOPPING[callback.name]
            settings = {name: _amount(name, value) for name, value in callback.config.items() if name in wanted}
            yield _rounded(Setting(name=callback.name, config=settings))
        elif callback.name not in _HARMLESS and callback.name != "LearningRateScheduler":
            raise NotReproducibleError(f"the callback {callback.name} is none that grader knows")


def _may_act(callback: Setting, epochs: int) -> bool:
    """Whether a callback can change anything in so many epochs: one that waits for longer cannot."""
    patience = callback.config.get("patience", 0)
    # What is infinite is recorded as None.
    waits_too_long = patience is None or (isinstance(patience, (int, float)) and patience >= epochs)
    return not waits_too_long or bool(callback.config.get("restore_best_weights"))


def _amount(name: str, value: JsonValue) -> JsonValue:
    """A setting of a callback; of `min_delta` Keras turns the sign with each training that the callback looks at."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return abs(float(value)) if name == "min_delta" else float(value)


def _rates(given: RecipeGiven, end: FitEnd | None) -> tuple[float, ...]:
    """Learning rates by epoch, as a schedule of the notebook's set them."""
    if not any(callback.name == "LearningRateScheduler" for callback in given.callbacks):
        return ()
    rates = () if end is None else end.history.get("learning_rate", ())
    if not rates or None in rates:
        raise NotReproducibleError("its learning rates were not recorded")
    return tuple(float(f"{rate:.6g}") for rate in rates if rate is not None)


def _rounded(given: Setting) -> Setting:
    """Settings with six digits, which single precision has, and without those that are switched off."""
    return Setting(name=given.name, config={name: _digits(value) for name, value in given.config.items()})


def _digits(value: JsonValue) -> JsonValue:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [_digits(item) for item in value]
    if isinstance(value, dict):
        return {name: _digits(item) for name, item in value.items()}
    return value
