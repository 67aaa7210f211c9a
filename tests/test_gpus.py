"""GPUs: which there are, and one submission at a time on each. No GPU is needed: claims are about files."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from grader import gpus as module
from grader.errors import InfrastructureError
from grader.execution.environment import kernel_environment
from grader.gpus import claimed_gpu, gpus

OTHER = """
import sys
from pathlib import Path
from grader import gpus
gpus.gpus = lambda: ("0",)
with gpus.claimed_gpu(folder=Path(sys.argv[1])):
    print("claimed", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, ("0", "1", "10")),
        ({"CUDA_VISIBLE_DEVICES": "1,0"}, ("1", "0")),
        ({"CUDA_VISIBLE_DEVICES": "GPU-1234 "}, ("GPU-1234",)),
        ({"CUDA_VISIBLE_DEVICES": "-1"}, ()),
        ({"CUDA_VISIBLE_DEVICES": ""}, ()),
    ],
)
def test_gpus_are_those_of_cuda(tmp_path: Path, environment: dict[str, str], found: tuple[str, ...]) -> None:
    for name in ("nvidia10", "nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "tty0"):
        (tmp_path / name).touch()
    assert gpus(environment, tmp_path) == found


def test_no_gpu_is_a_matter_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "gpus", lambda: ())
    with pytest.raises(InfrastructureError, match="no GPU"), claimed_gpu(folder=tmp_path):
        pass


def test_each_claim_gets_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "gpus", lambda: ("3", "GPU-a/b"))
    with claimed_gpu(folder=tmp_path) as one, claimed_gpu(folder=tmp_path) as two:
        assert {one, two} == {"3", "GPU-a/b"}


def test_shared_gpus_are_filled_evenly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "gpus", lambda: ("0", "1"))
    with (
        claimed_gpu(2, tmp_path) as one,
        claimed_gpu(2, tmp_path) as two,
        claimed_gpu(2, tmp_path) as three,
        claimed_gpu(2, tmp_path) as four,
    ):
        assert [one, two, three, four] == ["0", "1", "0", "1"]


def test_who_finds_none_free_waits_for_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "gpus", lambda: ("0",))
    got, order = threading.Event(), []

    def wait() -> None:
        with claimed_gpu(folder=tmp_path):
            order.append("second")
            got.set()

    command = [sys.executable, "-c", OTHER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdin is not None
        assert first.stdout is not None
        assert first.stdout.readline() == "claimed\n"
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not got.wait(0.2)
        order.append("first ends")
        first.stdin.close()
    assert got.wait(60)
    waiting.join()
    assert order == ["first ends", "second"]


def test_a_claim_needs_no_place_to_note_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "gpus", lambda: ("0",))
    (tmp_path / "file").touch()
    with claimed_gpu(folder=tmp_path / "file" / "gpus") as gpu:
        assert gpu == "0"


def test_a_kernel_sees_its_gpu_and_no_other(tmp_path: Path) -> None:
    assert kernel_environment(tmp_path)["CUDA_VISIBLE_DEVICES"] == "-1"
    environment = kernel_environment(tmp_path, gpu="2")
    assert environment["CUDA_VISIBLE_DEVICES"] == "2"
    assert environment["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
