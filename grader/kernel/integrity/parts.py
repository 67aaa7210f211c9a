"""What evidence rests on, by name: the parts of Keras, IPython and Matplotlib that the recorder wraps or asks.

A notebook that subclasses a layer or a model changes none of them.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Collection, Iterator, Mapping
from types import FunctionType, MethodType, ModuleType
from typing import Any

from .anatomy import Names, functions_in

__all__ = ["of_drawing", "of_keras", "of_objects", "of_own_modules", "of_shell", "replaceable"]

_FUNCTIONS = (FunctionType, property, classmethod, staticmethod, functools.cached_property)
_HARMLESS = frozenset(("__doc__", "__format__", "__module__", "__repr__", "__str__", "_repr_html_"))
"""How a thing shows itself decides nothing."""
_CHANGED_BY_US = frozenset(("_maybe_rebuild",))
"""What the recorder itself replaces for a while (see `stacking`)."""
_ACCESS = ("__class__", "__getattr__", "__getattribute__")
"""Whoever adds one of these to a class decides what all others see of its objects."""
_OF_LAYERS = (
    *("__call__", "__init__", "__new__", "build", "call", "compute_output_shape", "compute_output_spec"),
    *("count_params", "get_weights", "non_trainable_weights", "set_weights", "symbolic_call"),
    *("trainable", "trainable_variables", "trainable_weights", "variables", "weights"),
)
_OF_MEASURES = ("__call__", "__init__", "call", "result", "reset_state", "update_state")
_OF_CALLBACKS = ("__init__", "on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end", "set_model")
_OF_SHELL = (
    *("run_ast_nodes", "run_cell", "run_cell_async", "run_code", "should_run_async", "transform_ast"),
    *("_run_cell", "_tee_stdio", "transform_cell"),
)
_OF_KERNEL = ("dispatch_shell", "do_execute", "execute_request", "should_handle")
_OF_EVENTS = ("register", "trigger", "unregister")
_DRAWN = {
    "axes._base._AxesBase": ("get_images", "get_legend", "get_lines", "get_xlabel", "get_ylabel"),
    "axes._axes.Axes": ("get_legend", "get_title"),
    "artist.Artist": ("get_label",),
    "cm.ScalarMappable": ("get_array", "get_cmap"),
    "collections.Collection": ("get_offsets",),
    "figure.Figure": ("savefig",),
    "figure.FigureBase": ("get_suptitle",),
    "lines.Line2D": ("get_xdata", "get_ydata"),
    "patches.Rectangle": ("get_height", "get_width", "get_x"),
    "text.Text": ("get_text",),
}
"""What a figure is asked for when it is recorded, by class below ``matplotlib``."""
_REPLACEABLE = ("builtins", "json", "math", "numpy", "numpy.linalg", "numpy.random", "random")
_REPLACEABLE_LATER = ("keras.backend", "keras.datasets.cifar10", "keras.ops", "keras.utils", "matplotlib.pyplot")
_OF_IPYTHON = frozenset(("copyright", "credits", "display", "exit", "get_ipython", "input", "license", "quit"))
"""Built-in functions that IPython and its kernel put in and take out again."""


def of_keras(own: Collection[int]) -> Iterator[Names]:
    """The classes of Keras that are recorded, and those of tensors.

    `own` are the ids of the recorder's code: what it has added to Keras for old notebooks is nobody's loss.
    """
    import keras
    from keras.src.models.functional import Functional
    from tensorflow.python.framework.ops import EagerTensor

    bases = _bases(keras.Model, keras.Sequential, Functional, keras.Variable, keras.KerasTensor)
    guarded = {name for base in bases for name, value in vars(base).items() if _is_asked(name, value, own)}
    for base in bases:
        mine = [name for name, value in vars(base).items() if _is_asked(name, value, own)]
        yield Names(_title(base), vars(base), mine, _inherited(base, guarded.union(_ACCESS)), base)
    kinds = (
        (keras.layers, keras.layers.Layer, _OF_LAYERS),
        (keras.losses, keras.losses.Loss, _OF_MEASURES),
        (keras.metrics, keras.metrics.Metric, _OF_MEASURES),
        (keras.callbacks, keras.callbacks.Callback, _OF_CALLBACKS),
    )
    seen = set(bases)
    for module, kind, names in kinds:
        for cls in {cls for cls in vars(module).values() if isinstance(cls, type) and issubclass(cls, kind)} - seen:
            yield Names(_title(cls), vars(cls), names, _inherited(cls, (*names, *_ACCESS)), cls)
    yield Names("sys.modules", sys.modules, ("IPython", "ipykernel", "keras", "matplotlib", "tensorflow"))
    yield Names("keras", vars(keras), ("Model", "Sequential", "KerasTensor", "Variable"))
    yield Names("keras.layers", vars(keras.layers), ("Conv2D", "Dense", "InputLayer", "Layer"))
    yield Names("keras.tree", vars(keras.tree), ("flatten", "map_structure"))
    for cls in EagerTensor.__mro__:
        yield Names(_title(cls), vars(cls), ("__array__", "numpy", "shape"))


def of_drawing() -> Iterator[Names]:
    """What figures are asked for. Matplotlib is there, as the recorder is its backend."""
    for place, names in _DRAWN.items():
        module, _, cls = place.rpartition(".")
        found = getattr(sys.modules.get(f"matplotlib.{module}"), cls, None)
        if found is not None:
            yield Names(f"matplotlib.{module}.{cls}", vars(found), names)


def of_shell(shell: Any) -> Iterator[Names]:
    """How IPython and its kernel run a cell: their classes, and no method of theirs put over by the object's own."""
    for thing, names, held in (
        (shell, _OF_SHELL, ("events",)),
        (shell.kernel, _OF_KERNEL, ("shell_handlers",)),
        (shell.events, _OF_EVENTS, ("callbacks",)),
    ):
        for cls in type(thing).__mro__:
            if any(name in vars(cls) for name in names):
                yield Names(_title(cls), vars(cls), names, _inherited(cls, names), cls)
        yield Names(_title(type(thing)), vars(thing), held, names)
    handlers = shell.kernel.shell_handlers
    yield Names("the kernel's handlers", handlers, handlers)


def of_own_modules(modules: Mapping[str, ModuleType]) -> Iterator[Names]:
    """The recorder's own functions and classes."""
    for name, module in modules.items():
        short = f"the recorder's {name.partition('.')[2] or 'package'}"
        called = [key for key, value in vars(module).items() if callable(value) or isinstance(value, ModuleType)]
        yield Names(short, vars(module), called)
        for cls in vars(module).values():
            if isinstance(cls, type) and cls.__module__ == name:
                methods = [key for key, value in vars(cls).items() if isinstance(value, _FUNCTIONS)]
                yield Names(f"{short}.{cls.__name__}", vars(cls), methods, (), cls)


def of_objects(first: Any, package: str) -> Iterator[Names]:
    """The recorder's own objects, from one of them to all that it holds: no method may be put over by an attribute."""
    seen: set[int] = set()
    waiting = [first]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or not type(one).__module__.startswith(package) or not hasattr(one, "__dict__"):
            continue
        seen.add(id(one))
        waiting += vars(one).values()
        methods = {name for cls in type(one).__mro__[:-1] for name, value in vars(cls).items() if _is_method(value)}
        yield Names(f"the recorder's {type(one).__name__}", vars(one), (), methods, one)


def replaceable(known: Collection[str]) -> Iterator[tuple[str, Names]]:
    """Functions that a notebook may replace at no cost, by module; those of modules that are not yet `known`."""
    for name in (*_REPLACEABLE, *_REPLACEABLE_LATER):
        module = sys.modules.get(name)
        if module is not None and name not in known:
            public = {key: value for key, value in vars(module).items() if not key.startswith("_")}
            called = [key for key, value in public.items() if callable(value) and key not in _OF_IPYTHON]
            yield name, Names(name, vars(module), called)


def _bases(*classes: type) -> list[type]:
    """The classes and their bases that are Keras's own, each once."""
    found = dict.fromkeys(base for cls in classes for base in cls.__mro__)
    return [base for base in found if base.__module__.startswith("keras.")]


def _is_asked(name: str, value: Any, own: Collection[int]) -> bool:
    """Whether a name of a class of Keras is one that others rely on."""
    if name in _HARMLESS | _CHANGED_BY_US or not isinstance(value, _FUNCTIONS):
        return False
    # A wrapper holds what it wraps; a function of ours that holds nothing of Keras's was added for old notebooks.
    made_of = [function.__code__ for function in functions_in(value)]
    return not made_of or any(id(code) not in own for code in made_of)


def _is_method(value: Any) -> bool:
    return isinstance(value, (FunctionType, MethodType))


def _inherited(cls: type, names: Collection[str]) -> list[str]:
    """Those of the names that the class has from its bases, or has not at all but could be given."""
    return [name for name in names if name not in vars(cls) and (hasattr(cls, name) or name in _ACCESS)]


def _title(cls: type) -> str:
    """A class as people know it: `keras.Model`, not the module in which Keras keeps it or a part of it."""
    root = cls.__module__.partition(".")[0]
    return f"{root}.{'Model' if cls.__name__.endswith('Trainer') else cls.__name__}"
