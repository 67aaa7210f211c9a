"""A data set laid out for fast serving: plain ``.npy`` files in a cache folder, found again in milliseconds.

A folder in the cache appears complete or not at all (it is written aside and renamed), is never changed
afterwards, and belongs to one state of one source. So any number of processes may prepare a data set at once.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from grader.errors import InfrastructureError, UsageError

from .dataset import Dataset
from .identity import DatasetName, identify
from .sources import DatasetSource, stand_in_for

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PreparedDataset", "cache_folder", "prepare"]

FORMAT = 1
"""Part of each folder's name: a grader with another layout makes its own."""

MANIFEST = "dataset.json"


@dataclass(frozen=True)
class PreparedDataset:
    """A data set in `folder`: ``x_train.npy``, ``y_train.npy``, ``x_test.npy``, ``y_test.npy`` in C order."""

    folder: Path
    name: DatasetName
    description: str
    """Where the images come from, for people."""
    digest: str
    """SHA-256 of the bytes of the four arrays in that order."""
    notes: tuple[str, ...] = ()
    """What a person should know about how it came about, a sentence each."""

    def load(self) -> Dataset:
        """The four arrays, mapped read-only: nothing is read before it is looked at."""
        return Dataset(*(np.load(self.folder / f"{name}.npy", mmap_mode="r") for name in Dataset._fields))


def prepare(source: DatasetSource, cache: Path | None = None, env: Mapping[str, str] = os.environ) -> PreparedDataset:
    """Lay `source` out in the cache, or find it there.

    `cache` is by default ``$GRADER_CACHE``, else ``$XDG_CACHE_HOME/grader``, else ``~/.cache/grader``. Where
    that cannot be written to, a temporary folder that goes with this process takes its place. A source that
    nobody asked for and that turns out to be broken gives way to the stand-in. The notes tell of both.

    Raises:
        UsageError: when a data set that the user named is broken.
        InfrastructureError: when there is no room even in a temporary folder.

    """
    cache = cache or cache_folder(env)
    try:
        return _find_or_write(source, cache)
    except UsageError as error:
        if source.place.named_by_user:
            raise
        return _find_or_write(stand_in_for(error), cache)


def cache_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Where prepared data sets are kept unless told otherwise."""
    if own := env.get("GRADER_CACHE"):
        return Path(own).expanduser()
    return Path(env.get("XDG_CACHE_HOME") or Path("~/.cache")).expanduser() / "grader"


def _find_or_write(source: DatasetSource, cache: Path) -> PreparedDataset:
    key = hashlib.sha256(f"{FORMAT}\n{source.stamp}".encode()).hexdigest()[:20]
    folder = cache / f"dataset-{key}"
    if found := _found(folder, source):
        return found
    data = source.read()
    try:
        _write(data, source, folder)
    except OSError as error:
        return _in_temporary_folder(data, source, f"The cache {cache} cannot be written to ({error.strerror}).")
    return _opened(folder, source)


def _in_temporary_folder(data: Dataset, source: DatasetSource, fault: str) -> PreparedDataset:
    try:
        parent = Path(tempfile.mkdtemp(prefix="grader-data-"))
        atexit.register(shutil.rmtree, parent, ignore_errors=True)
        _write(data, source, parent / "dataset")
    except OSError as error:
        raise InfrastructureError(
            f"{fault} Nor is there room in {tempfile.gettempdir()} ({error.strerror}). "
            "Set GRADER_CACHE to a folder with 200 MB to spare."
        ) from error
    note = f"{fault} The data set was prepared for this run only; set GRADER_CACHE to a folder that is kept."
    return _opened(parent / "dataset", source, note)


def _found(folder: Path, source: DatasetSource) -> PreparedDataset | None:
    """What is in `folder`, or None if it is not there or was damaged since."""
    try:
        return _opened(folder, source)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _opened(folder: Path, source: DatasetSource, *notes: str) -> PreparedDataset:
    """What is in `folder`, by its manifest; raises whatever a damaged one gives rise to."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    sizes = {name: (folder / name).stat().st_size for name in manifest["sizes"]}
    if sizes != manifest["sizes"]:
        raise ValueError("a file is not what was written")
    name = manifest["name"]
    # By the source, not the manifest: the same file may be named in another way this time.
    disguised = source.path is not None and name != "cifar10"
    description = source.description + (", shaped like CIFAR-10 but not the published images" if disguised else "")
    return PreparedDataset(folder, name, description, manifest["digest"], (*source.notes, *notes))


def _write(data: Dataset, source: DatasetSource, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Not by mkdtemp: its folders are closed to the other user that a sandbox may run the notebook as.
    partial = folder.with_name(f".{folder.name}-{uuid4().hex}")
    partial.mkdir()
    try:
        digest = hashlib.sha256()
        for name, array in data._asdict().items():
            np.save(partial / f"{name}.npy", array, allow_pickle=False)
            digest.update(array.data)
        manifest: dict[str, Any] = {
            "name": identify(data),
            "description": source.description,
            "digest": digest.hexdigest(),
            "sizes": {file.name: file.stat().st_size for file in sorted(partial.iterdir())},
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        (partial / MANIFEST).write_text(text, encoding="utf-8")
        _publish(partial, folder, source)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _publish(partial: Path, folder: Path, source: DatasetSource) -> None:
    """Give `partial` its final name, unless another process was first."""
    try:
        partial.rename(folder)
    except OSError:
        if _found(folder, source):
            return
        # A damaged folder is in the way. Moved first, then removed: two processes may find it at once.
        damaged = partial.with_name(f"{partial.name}-damaged")
        folder.rename(damaged)
        shutil.rmtree(damaged, ignore_errors=True)
        partial.rename(folder)
