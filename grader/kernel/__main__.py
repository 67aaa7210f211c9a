"""Makes the folder a program, under the name ``grader_kernel``.

``python .../kernel --connection FILE --channel SOCKET`` is one kernel, ``python .../kernel --zygote DESCRIPTOR`` a
process that makes kernels (see `zygote`), ``python .../kernel --trial REQUEST`` one that tries a sandbox.
"""

from __future__ import annotations

import builtins
import importlib.util
import sys
from pathlib import Path

NAME = "grader_kernel"
_PRIVATE = f"{NAME}.integrity.private"


def _load() -> None:
    folder = Path(__file__).resolve().parent
    # The first of our modules prepares what keeps all of them apart from the notebook, itself included.
    spec = importlib.util.spec_from_file_location(_PRIVATE, folder / "integrity" / "private.py")
    assert spec is not None
    assert spec.loader is not None
    private = importlib.util.module_from_spec(spec)
    vars(private)["__builtins__"] = dict(vars(builtins))
    sys.modules[_PRIVATE] = private
    spec.loader.exec_module(private)
    private.install(NAME, folder)
    # Running a folder puts it on the path, where its modules would hide those of a notebook.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != folder]


if __name__ == "__main__":
    _load()
    if sys.argv[1:2] == ["--zygote"]:
        importlib.import_module(f"{NAME}.zygote").serve(int(sys.argv[2]))
    elif sys.argv[1:2] == ["--trial"]:
        importlib.import_module(f"{NAME}.confinement.trial").try_everything(sys.argv[2])
    else:
        importlib.import_module(f"{NAME}.launcher").launch(sys.argv[1:])
