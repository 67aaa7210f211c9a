"""Old Keras and Colab notebooks run: what an old name asks for is done by today's Keras, and remarked on.

Nothing here changes what correct modern code does, and a remark costs no points. One module an idea; a kind
of old name that nobody writes any more is dropped by deleting its module and its line in `install`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import course, history, magics, missing_libraries, stale_keras

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .calls import Remark

__all__ = ["install", "install_magics", "wrap_history"]


class _Hearer:
    """Passes remarks on to whoever asked for them last; shims are in place once and outlive a listener."""

    def __init__(self) -> None:
        self.listener: Remark | None = None
        self.installed = False

    def hear(self, key: str, text: str) -> None:
        if self.listener is not None:
            self.listener(key, text)


_hearer = _Hearer()


def install(remark: Remark) -> None:
    """Put every shim in place, once a process; a second call only changes who hears the remarks.

    Keras and TensorFlow must be imported. Whoever wraps methods of Keras does so before this, so that the
    wrapped methods see the names of today only. `remark` takes a stable key and a sentence each time the
    notebook uses an old name.
    """
    _hearer.listener = remark
    if _hearer.installed:
        return
    _hearer.installed = True
    # These import Keras, which a reader of this package's other functions need not have.
    from . import (
        backend,
        callbacks,
        colab,
        drawings,
        layers,
        matplotlib_styles,
        methods,
        models,
        modules,
        numpy_aliases,
        optimizers,
        pretrained,
        saving,
        tensorflow1,
    )

    modules.install(_hearer.hear)  # first: it decides which module objects the others work on
    for shim in (
        backend,
        callbacks,
        colab,
        drawings,
        layers,
        matplotlib_styles,
        methods,
        models,
        numpy_aliases,
        optimizers,
        pretrained,
        saving,
        tensorflow1,
    ):
        shim.install(_hearer.hear)
    course.install()


def install_magics(shell: Any, remark: Remark) -> None:
    """The same for what only the IPython `shell` sees: magics, ``!`` commands, TensorFlow's stale Keras."""
    magics.install(shell, remark)
    stale_keras.install(shell, remark)
    missing_libraries.install(shell, remark)


def wrap_history(record: Mapping[str, Any]) -> dict[str, Any]:
    """A dictionary equal to `record`, a ``History.history``, that answers to ``acc`` and ``accuracy``."""
    return history.wrap_history(record, _hearer.hear)
