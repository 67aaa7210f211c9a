"""What a kernel may read of this machine: Python, its libraries, the system's, and no part of grader but `kernel/`."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

__all__ = ["KERNEL", "devices_of_gpus", "hidden", "open_to_all", "readable", "split_around"]

KERNEL = Path(__file__).resolve().parent.parent.parent / "kernel"
"""The one folder of grader that runs inside."""

_PACKAGE = KERNEL.parent
_PARTS_OF_PREFIX = ("bin", "include", "lib", "lib64", "share", "etc/jupyter", "etc/fonts", "ssl")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "timezone", "fonts", "alternatives", "os-release"),
    *("nsswitch.conf", "mime.types", "ssl/openssl.cnf", "OpenCL"),
)
_MACHINE = ("/sys/devices/system/cpu", "/sys/devices/system/node")
_OF_GPUS = ("/sys", "/proc/driver/nvidia", "/etc/vulkan")


@cache
def readable(*, gpu: bool = False) -> tuple[Path, ...]:
    """Folders and files of this machine that a kernel needs; those that are links with what they point to."""
    wanted = [Path(place) for place in _SYSTEM]
    wanted += [Path("/etc") / name for name in _SETTINGS]
    wanted += [Path(place) for place in (*_MACHINE, *(_OF_GPUS if gpu else ()))]
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        wanted += [Path(prefix) / part for part in _PARTS_OF_PREFIX]
        wanted.append(Path(prefix) / "pyvenv.cfg")
    # The interpreter may be a link out of all prefixes, and packages may lie in a folder of the user's.
    wanted.append(Path(sys.executable).resolve().parent)
    wanted += [Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    there = {place for place in wanted if place.exists()}
    there |= {place.resolve() for place in there}
    return tuple(sorted({*there, KERNEL}))


@cache
def hidden() -> tuple[Path, ...]:
    """What is taken out again: grader but for its kernel, the reference, and what an installation notes of both."""
    packages = {_PACKAGE, *(_PACKAGE.parent / name for name in ("reference", "tests", "examples", "student_template"))}
    if (_PACKAGE.parent / "pyproject.toml").exists():
        packages = {_PACKAGE.parent}  # a checkout, of which nothing else is a library either
    for entry in map(Path, sys.path):
        if entry.name in ("site-packages", "dist-packages"):
            packages |= {*entry.glob("grader"), *entry.glob("grader-*.dist-info"), *entry.glob("reference")}
            packages |= set(entry.glob("__editable__*grader*"))
    return tuple(sorted(place.resolve() for place in packages if place.exists()))


def split_around(places: Iterable[Path], gaps: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Places without their gaps, for those who can only allow and not forbid.

    Returns:
        The places, where those with a gap are replaced by what is beside it; and the folders that were replaced, whose
        names may be listed but which cannot be allowed as a whole.
    """
    whole: list[Path] = []
    opened: list[Path] = []
    holes = set(gaps)
    for place in places:
        # What is named may lie in a gap, such as an environment in a checkout.
        _split(place, holes, whole, opened)
    return whole, opened


def _split(place: Path, holes: set[Path], whole: list[Path], opened: list[Path]) -> None:
    if place in holes:
        return
    if not any(place in hole.parents for hole in holes):
        whole.append(place)
        return
    opened.append(place)
    for child in _children(place):
        _split(child, holes, whole, opened)


def _children(place: Path) -> Iterator[Path]:
    try:
        with os.scandir(place) as entries:
            # What a link points to is allowed, or not, where it is.
            yield from (Path(entry.path) for entry in entries if not entry.is_symlink())
    except OSError:
        return


def open_to_all(places: Iterable[Path], *, with_parents: bool) -> bool:
    """Whether anybody on this machine may read some files and folders, and what lies in these.

    Args:
        places: files and folders.
        with_parents: whether the way to them counts.
    """
    for place in places:
        files = list(place.iterdir()) if place.is_dir() else []
        folders = [parent for parent in place.parents if with_parents]
        if not all(file.stat().st_mode & stat.S_IROTH for file in (place, *files)):
            return False
        if not all(folder.stat().st_mode & stat.S_IXOTH for folder in folders):
            return False
        if place.is_dir() and not place.stat().st_mode & stat.S_IXOTH:
            return False
    return True


def devices_of_gpus() -> tuple[Path, ...]:
    """The devices through which GPUs are reached; none where there is no GPU."""
    return tuple(sorted(place for name in ("nvidia*", "dri", "kfd") for place in Path("/dev").glob(name)))
