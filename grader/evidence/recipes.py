"""How a notebook trains a model, as the kernel tells it: settings by name, and what cannot be told."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from grader.evidence.bounds import Config
from grader.evidence.values import Frozen, Name

__all__ = ["RecipeGiven", "Setting", "TellableRecipe"]


class Setting(Frozen):
    """An object of Keras: the name of its class or function, and its arguments."""

    name: Name
    config: Config = Field(default_factory=dict)


class RecipeGiven(Frozen):
    """What a training depends on beside the layer graph and the data; see `grader.kernel.recipes`.

    `layers` holds, by the name of a layer, what its weights are drawn from where that is not Keras's default, by the
    part (``kernel``, ``bias``, …), and under ``layer`` the settings of an augmentation layer. `obstacles` are clauses
    about what no settings tell.
    """

    optimizer: Setting | None
    loss: Setting | None
    layers: Annotated[dict[Name, dict[Name, Setting]], Field(max_length=2000)]
    callbacks: Annotated[tuple[Setting, ...], Field(max_length=100)]
    class_weight: Annotated[dict[Name, float], Field(max_length=100)] | None
    shuffle: bool
    obstacles: Annotated[tuple[Name, ...], Field(max_length=2000)]


def _none_if_too_much(value: Any, handler: ValidatorFunctionWrapHandler) -> RecipeGiven | None:
    try:
        found: RecipeGiven | None = handler(value)
    except ValidationError:
        return None
    return found


TellableRecipe = Annotated[RecipeGiven | None, WrapValidator(_none_if_too_much)]
"""What a training depends on; None where it is beyond all bounds, such as an optimizer's step of 10²⁰: that it was
trained is known all the same."""
