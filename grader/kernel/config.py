"""What the trusted side tells the kernel at its start."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["BACKEND", "FINISH", "Confinement", "ProbeRequest", "RunConfig"]

BACKEND = "grader_backend"
"""Name under which matplotlib finds the part of `drawing.figures` that it needs."""
FINISH = "grader_finish"
"""Kind of the message by which the kernel is told, after the last cell, to look once more at the whole."""


@dataclass(frozen=True)
class ProbeRequest:
    """A question that is put to a class or function of the notebook after its last cell (see `probes`).

    Attributes:
        name: of the question.
        kind: ``layer`` (make one, call it) or ``function`` (that makes a network).
        pattern: regular expression for names by which the class or function is known before all others.
        arguments: what it is given, by the exercise's names and in their order.
        shape: of one input of the layer, without the batch axis.
    """

    name: str
    kind: str
    pattern: str
    arguments: dict[str, Any]
    shape: tuple[int, ...] = ()

    @classmethod
    def of(cls, fields: dict[str, Any]) -> ProbeRequest:
        """The question as JSON holds it."""
        return cls(**{**fields, "shape": tuple(fields["shape"])})


@dataclass(frozen=True)
class Confinement:
    """What the kernel gives up before any code of a student's runs (see `confinement`). All sizes in bytes.

    Attributes:
        readable: folders and files that can be read and executed, with all below them.
        listable: folders whose names can be listed, with all below them, but whose files cannot be opened.
        writable: folders that can be written to, with all below them.
        landlock: whether the kernel of the operating system holds files to the three above.
        syscalls: whether system calls are denied that no notebook needs.
        namespaces: whether it leaves those of network, messages and host name, where the system lets it.
        uid: user and group that root becomes; None stays who it is.
        search: whether that user may go through folders that only root can enter.
        memory: of private data, a process.
        cpu_seconds: of processor time, a process.
        processes: processes and threads of the user.
        file_size: of one file.
    """

    readable: tuple[str, ...] = ()
    listable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    landlock: bool = False
    syscalls: bool = False
    namespaces: bool = False
    uid: int | None = None
    search: bool = False
    memory: int | None = None
    cpu_seconds: int | None = None
    processes: int | None = None
    file_size: int | None = None

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Confinement:
        """What is given up, as JSON holds it."""
        lists = {name: tuple(fields[name]) for name in ("readable", "listable", "writable")}
        return cls(**{**fields, **lists})


@dataclass(frozen=True)
class RunConfig:
    """The settings of one run.

    Attributes:
        effort: ``sketch`` (a few tiny steps, results padded) or ``full`` (exactly as handed in).
        data: folder with ``x_train.npy``, ``y_train.npy``, ``x_test.npy``, ``y_test.npy``.
        seed: seed of Python, NumPy and TensorFlow before the first cell, and of everything that sketch makes up.
        max_event_bytes: events beyond this many bytes in all are dropped, with one event that says so.
        max_output_bytes: what a cell prints beyond this many bytes is cut off, with a note; None for no limit.
        probes: what is asked of the notebook's own classes and functions at the end.
        replays: whether cells that predict are run again with made-up predictions (see `replay`).
        confinement: what the kernel gives up at its start; None where it stays as it is.
    """

    effort: str
    data: Path
    seed: int
    max_event_bytes: int = 64 * 2**20
    max_output_bytes: int | None = None
    probes: tuple[ProbeRequest, ...] = ()
    replays: bool = True
    confinement: Confinement | None = None

    @classmethod
    def of(cls, fields: dict[str, Any]) -> RunConfig:
        """The settings as JSON holds them."""
        confinement = fields["confinement"]
        return cls(
            **{
                **fields,
                "data": Path(fields["data"]),
                "probes": tuple(ProbeRequest.of(probe) for probe in fields["probes"]),
                "confinement": None if confinement is None else Confinement.of(confinement),
            }
        )

    def fields(self) -> dict[str, Any]:
        """The settings as JSON can hold them; see `of`."""
        return {**asdict(self), "data": str(self.data)}

    @property
    def is_sketch(self) -> bool:
        """Whether training and big forward passes are cut short."""
        return self.effort == "sketch"
