from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from grader.data import DatasetSource, Place, cache_folder, find_dataset, prepare, prepared
from grader.errors import InfrastructureError, UsageError

if TYPE_CHECKING:
    from grader.data import Dataset


@pytest.fixture
def never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it an error to read a source again."""

    def read(source: DatasetSource) -> Dataset:
        raise AssertionError(f"{source} was read again")

    monkeypatch.setattr(DatasetSource, "read", read)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def own_npz(npz: Path, tmp_path: Path) -> Path:
    """A file that a test may touch."""
    return Path(shutil.copy(npz, tmp_path))


def test_what_is_served_is_what_was_found(npz: Path, dataset: Dataset, cache: Path) -> None:
    found = prepare(find_dataset(npz), cache)
    assert found.name == "stand-in"
    assert "given.npz (--data), shaped like CIFAR-10 but not the published images" in found.description
    assert found.digest == hashlib.sha256(b"".join(array.tobytes() for array in dataset)).hexdigest()
    assert found.notes == ()
    for served, original in zip(found.load(), dataset, strict=True):
        assert isinstance(served, np.memmap)
        assert not served.flags.writeable
        assert served.flags.c_contiguous
        assert np.array_equal(served, original)
    manifest = json.loads((found.folder / "dataset.json").read_text(encoding="utf-8"))
    assert (manifest["name"], manifest["digest"]) == (found.name, found.digest)
    assert "given.npz" in manifest["description"]


def test_the_generated_stand_in_is_prepared(dataset: Dataset, cache: Path) -> None:
    found = prepare(DatasetSource(Place.GENERATED), cache)
    assert (found.name, found.description) == ("stand-in", "generated stand-in for CIFAR-10")
    assert np.array_equal(found.load().x_test, dataset.x_test)


def test_the_real_images_are_named_so(real_npz: Path, cache: Path) -> None:
    found = prepare(find_dataset(real_npz), cache)
    assert found.name == "cifar10"
    assert found.description == f"{real_npz} (--data)"


def test_a_second_start_reads_nothing(own_npz: Path, cache: Path, request: pytest.FixtureRequest) -> None:
    first = prepare(find_dataset(own_npz), cache)
    request.getfixturevalue("never_read")
    assert prepare(find_dataset(own_npz), cache) == first
    named_otherwise = prepare(find_dataset(env={"GRADER_DATA": str(own_npz)}), cache)
    assert named_otherwise.folder == first.folder
    assert "$GRADER_DATA" in named_otherwise.description


def test_a_changed_file_is_read_again(own_npz: Path, cache: Path) -> None:
    first = prepare(find_dataset(own_npz), cache)
    os.utime(own_npz, ns=(1, 1))
    second = prepare(find_dataset(own_npz), cache)
    assert second.folder != first.folder
    assert second.digest == first.digest


@pytest.mark.parametrize("damage", ["cut", "removed", "manifest", "not a manifest"])
def test_a_damaged_copy_is_written_again(damage: str, npz: Path, cache: Path) -> None:
    first = prepare(find_dataset(npz), cache)
    match damage:
        case "cut":
            os.truncate(first.folder / "x_test.npy", 1000)
        case "removed":
            (first.folder / "y_test.npy").unlink()
        case "manifest":
            (first.folder / "dataset.json").write_text("{", encoding="utf-8")
        case "not a manifest":
            (first.folder / "dataset.json").write_text("[]", encoding="utf-8")
    second = prepare(find_dataset(npz), cache)
    assert second == first
    assert second.load().y_test.shape == (10_000, 1)
    assert list(cache.iterdir()) == [first.folder]


def test_several_processes_at_once_end_with_one_copy(npz: Path, cache: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from grader.data import find_dataset, prepare\n"
        "found = prepare(find_dataset(Path(sys.argv[1])), Path(sys.argv[2]))\n"
        "print(found.folder, found.digest, found.notes, found.load().y_test.shape)"
    )
    command = [sys.executable, "-c", program, str(npz), str(cache)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = {process.communicate()[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(answers) == 1
    assert len(list(cache.iterdir())) == 1


def test_another_process_that_was_first_is_taken_as_it_is(
    npz: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = DatasetSource.read
    others = []

    def read_while_another_prepares(source: DatasetSource) -> Dataset:
        monkeypatch.setattr(DatasetSource, "read", read)
        others.append(prepare(source, cache))
        others.append((others[0].folder / "x_test.npy").stat().st_ino)
        return read(source)

    monkeypatch.setattr(DatasetSource, "read", read_while_another_prepares)
    found = prepare(find_dataset(npz), cache)
    assert found == others[0]
    assert (found.folder / "x_test.npy").stat().st_ino == others[1]
    assert list(cache.iterdir()) == [found.folder]


def test_a_failure_while_writing_leaves_nothing_half_done(
    npz: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> str:
        raise RuntimeError("identity unknown")

    monkeypatch.setattr(prepared, "identify", fail)
    with pytest.raises(RuntimeError, match="identity unknown"):
        prepare(find_dataset(npz), cache)
    assert list(cache.iterdir()) == []


def test_an_unwritable_cache_gives_way_to_a_temporary_folder(npz: Path, cache: Path) -> None:
    cache.write_text("a file where a folder should be")
    found = prepare(find_dataset(npz), cache)
    assert found.load().x_test.shape == (10_000, 32, 32, 3)
    assert cache not in found.folder.parents
    (note,) = found.notes
    assert str(cache) in note
    assert "GRADER_CACHE" in note


def test_no_room_anywhere_is_our_fault(npz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(InfrastructureError, match=r"No space left .* Set GRADER_CACHE"):
        prepare(find_dataset(npz), tmp_path / "cache")


def test_a_broken_keras_cache_gives_way_to_the_stand_in(no_cache: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "keras" / "datasets" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        (folder / name).write_bytes(b"an interrupted download")
    source = find_dataset(env=no_cache)
    assert source.place is Place.KERAS_CACHE
    found = prepare(source, env=no_cache)
    assert found.name == "stand-in"
    assert found.folder.parent == tmp_path / "cache"
    assert "data_batch_1 is damaged" in found.notes[0]


def test_a_broken_file_that_the_user_named_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.npz"
    path.write_bytes(b"nothing")
    with pytest.raises(UsageError, match=r"--data .*broken\.npz"):
        prepare(find_dataset(path), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"GRADER_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, "/a"),
        ({"XDG_CACHE_HOME": "/b"}, "/b/grader"),
        ({}, "/home/of/ta/.cache/grader"),
    ],
)
def test_where_the_cache_is(env: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/of/ta")
    assert str(cache_folder(env)) == expected
