"""CIFAR-10 on disk in either of its forms: one ``.npz``, or a folder of the authors' batches."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np

from .batches import TEST_BATCH, TRAINING_BATCHES, read_batches
from .dataset import Dataset, UnusableDataError, validated

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["constituents", "locate", "read"]

BATCHES_FOLDER = "cifar-10-batches-py"
# The second is where Keras 3 unpacks the archive.
NESTED_FOLDERS = (BATCHES_FOLDER, f"{BATCHES_FOLDER}-target/{BATCHES_FOLDER}")
NPZ_KEYS = Dataset._fields


def locate(path: Path) -> Path:
    """The ``.npz`` file or batches folder that `path` is or holds.

    Raises:
        UnusableDataError: when there is none, or more than one to choose from.

    """
    if path.is_file():
        if path.suffix != ".npz":
            raise UnusableDataError("is not an .npz file (an archive must be unpacked first)")
        return path
    if not path.exists():
        raise UnusableDataError("does not exist")
    if _holds_batches(path):
        return path
    for nested in NESTED_FOLDERS:
        if _holds_batches(path / nested):
            return path / nested
    archives = sorted(path.glob("*.npz"))
    if len(archives) > 1:
        names = ", ".join(archive.name for archive in archives)
        raise UnusableDataError(f"holds more than one .npz file ({names}); name the one that is meant")
    if not archives:
        raise UnusableDataError(f"holds neither an .npz file nor the batches of {BATCHES_FOLDER}")
    return archives[0]


def constituents(located: Path) -> tuple[Path, ...]:
    """The files that make up what `locate` found; when none of them changes, the data set does not."""
    if located.is_dir():
        return tuple(located / name for name in (*TRAINING_BATCHES, TEST_BATCH))
    return (located,)


def read(located: Path) -> Dataset:
    """The data set in what `locate` found, complete and in order.

    Raises:
        UnusableDataError: when the content is damaged or not in the shape of CIFAR-10.

    """
    return read_batches(located) if located.is_dir() else _read_npz(located)


def _holds_batches(folder: Path) -> bool:
    # Any batch will do: a folder that lacks some is a damaged data set, not no data set.
    return any((folder / name).is_file() for name in (*TRAINING_BATCHES, TEST_BATCH))


def _read_npz(path: Path) -> Dataset:
    if not zipfile.is_zipfile(path):  # np.load would open other files as something else
        raise UnusableDataError("is damaged, or not an .npz file")
    try:
        arrays = _arrays(path)
    except UnusableDataError:
        raise
    except Exception as error:
        # Many kinds, from zipfile, zlib and NumPy. NumPy's advice to allow pickles is not for repeating.
        raise UnusableDataError("is damaged, or not an .npz file of plain arrays") from error
    return validated(**arrays)


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        missing = [key for key in NPZ_KEYS if key not in archive.files]
        if missing:
            held = ", ".join(archive.files) or "nothing"
            raise UnusableDataError(f"lacks {', '.join(missing)} (it holds {held})")
        return {key: archive[key] for key in NPZ_KEYS}
