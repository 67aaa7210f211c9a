from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.data import files
from grader.data.dataset import UnusableDataError

if TYPE_CHECKING:
    from pathlib import Path


class Malicious:
    """Unpickled by the ordinary reader, this makes a folder."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.trace),)


def spoiled(batches: Path, tmp_path: Path, content: bytes) -> Path:
    """A copy of the batches with other content in the first one."""
    folder = tmp_path / "spoiled"
    folder.mkdir(exist_ok=True)
    for batch in batches.iterdir():
        if batch.name != "data_batch_1" and not (folder / batch.name).exists():
            (folder / batch.name).symlink_to(batch)
    (folder / "data_batch_1").write_bytes(content)
    return folder


@pytest.mark.parametrize("hidden", ["value", "array"])
def test_a_malicious_pickle_is_refused_and_not_run(hidden: str, batches: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    trap = Malicious(trace)
    content = pickle.dumps({b"data": trap if hidden == "value" else np.array([trap]), b"labels": []}, protocol=3)
    with pytest.raises(UnusableDataError, match=r"asks for posix\.mkdir"):
        files.read(spoiled(batches, tmp_path, content))
    assert not trace.exists()
    # The trap is a real one: the ordinary reader steps into it.
    pickle.loads(content)
    assert trace.is_dir()


def batch(**changes: object) -> bytes:
    content: dict[bytes, object] = {b"data": np.zeros((10_000, 3072), np.uint8), b"labels": [0] * 10_000}
    content |= {key.encode(): value for key, value in changes.items()}
    return pickle.dumps(content, protocol=4)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "damaged"),
        (batch()[:1000], "damaged"),
        (b"\x00" * (64 * 2**20 + 1), "larger than any batch"),
        (pickle.dumps([1, 2]), "no array 'data'"),
        (batch(data=b"bytes"), "no array 'data'"),
        (batch(data=np.zeros((10, 3072), np.uint8)), "10000 rows of 3072 bytes"),
        (batch(data=np.zeros((10_000, 3072), bool)), "10000 rows of 3072 bytes"),
        (batch(labels=[0]), "no list of 10000 'labels'"),
        (batch(labels=["cat"] * 10_000), "no list of 10000 'labels'"),
        (batch(), "images a class; CIFAR-10 has 5000 of each"),
    ],
    ids=[
        "empty",
        "cut",
        "huge",
        "list",
        "no array",
        "few",
        "bool",
        "few labels",
        "text labels",
        "unbalanced",
    ],
)
def test_a_fault_is_named(content: bytes, fault: str, batches: Path, tmp_path: Path) -> None:
    with pytest.raises(UnusableDataError, match=fault):
        files.read(spoiled(batches, tmp_path, content))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("protocol", [3, 4])
def test_every_writing_of_an_array_is_read(order: Any, protocol: int, batches: Path, tmp_path: Path) -> None:
    original = pickle.loads((batches / "data_batch_1").read_bytes())
    original[b"data"] = np.array(original[b"data"], order=order)
    folder = spoiled(batches, tmp_path, pickle.dumps(original, protocol=protocol))
    assert np.array_equal(files.read(folder).x_train, files.read(batches).x_train)


def test_a_batch_written_by_python_2_is_read(batches: Path, tmp_path: Path) -> None:
    """Such a file says ``numpy.core`` and has no bytes but strings, in memory of one byte a character."""
    original = pickle.loads((batches / "data_batch_1").read_bytes())
    pixels = original[b"data"].tobytes()
    labels = b"".join(b"K" + bytes([label]) for label in original[b"labels"])
    content = (
        b"\x80\x02}(U\x04data"
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR"
        b"(K\x01M\x10'M\x00\x0c\x86cnumpy\ndtype\n(U\x02u1K\x00K\x01tR"
        b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
        b"T" + len(pixels).to_bytes(4, "little") + pixels + b"tb"
        b"U\x06labels](" + labels + b"eu."
    )
    folder = spoiled(batches, tmp_path, content)
    assert np.array_equal(files.read(folder).x_train, files.read(batches).x_train)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_are_a_fault_and_no_crash(batches: Path, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnusableDataError):
        files.read(spoiled(batches, tmp_path, content))
    archive = tmp_path / "any.npz"
    archive.write_bytes(content)
    with pytest.raises(UnusableDataError):
        files.read(archive)
