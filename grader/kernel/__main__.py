"""Makes the folder a program, under the name ``grader_kernel``.

``python .../kernel --connection FILE --config FILE`` is one kernel, ``python .../kernel --zygote DESCRIPTOR`` a process
that makes kernels (see `zygote`).
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

NAME = "grader_kernel"


def _load() -> None:
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    # Running a folder puts it on the path, where its modules would hide those of a notebook.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != folder]


if __name__ == "__main__":
    _load()
    if sys.argv[1:2] == ["--zygote"]:
        importlib.import_module(f"{NAME}.zygote").serve(int(sys.argv[2]))
    else:
        importlib.import_module(f"{NAME}.launcher").launch(sys.argv[1:])
