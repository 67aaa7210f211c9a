"""From a path to text: is there a file, is it one we may and can read, which encoding is it in."""

from __future__ import annotations

import codecs
import stat
from typing import TYPE_CHECKING

from grader.intake.faults import fault, printable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["decode", "read_bytes"]

_MEBIBYTE = 1024 * 1024

# What people hand in instead of a notebook, by the first bytes of the file.
_SIGNATURES = (
    (b"\x1f\x8b", "a gzip archive", "Unpack it and hand in the notebook itself."),
    (b"PK\x03\x04", "a zip archive or an office document", "Unpack it and hand in the notebook itself."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it and hand in the notebook itself."),
    (b"Rar!", "a rar archive", "Unpack it and hand in the notebook itself."),
    (b"BZh", "a bzip2 archive", "Unpack it and hand in the notebook itself."),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it and hand in the notebook itself."),
    (b"%PDF", "a PDF", "Hand in the .ipynb file that it was printed from."),
    (b"\x89PNG", "an image", "Hand in the .ipynb file."),
    (b"\xff\xd8\xff", "an image", "Hand in the .ipynb file."),
    (b"\x89HDF", "saved model weights (HDF5)", "Hand in the .ipynb file that made them."),
)

# UTF-32 stands first: the mark of its little-endian form begins with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """The content of a regular file of at most `max_bytes` bytes.

    Raises `SubmissionError` if it is missing, empty, too large, not a regular file, or may not be read.
    """
    name = path.name or str(path)
    try:
        data = _read_regular(path, max_bytes)
    except FileNotFoundError as error:
        raise fault(name, f"there is no such file ({printable(str(path), 200)}).", "Check the path.") from error
    except PermissionError as error:
        raise fault(name, "the file may not be read.", "Give yourself permission to read it.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise fault(name, f"the file cannot be read ({reason}).", "Check the path and the disk.") from error
    except ValueError as error:  # a path with a NUL in it
        raise fault(name, "this is not a possible path of a file.", "Check the path.") from error
    if not data:
        raise fault(name, "the file is empty (0 bytes).", "Save the notebook again and hand in that file.")
    return data


def _read_regular(path: Path, max_bytes: int) -> bytes:
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise fault(path.name or str(path), "this is a folder.", "Name the .ipynb file inside it.")
    # Opening a pipe would wait for a writer that never comes.
    if not stat.S_ISREG(status.st_mode):
        raise fault(path.name, "this is not a regular file.", "Copy the notebook into a file of its own.")
    with path.open("rb") as file:
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        size = max(status.st_size, len(data)) / _MEBIBYTE
        raise fault(
            path.name,
            f"the file has {size:.1f} MiB, more than the {max_bytes / _MEBIBYTE:.4g} MiB that are read.",
            "Clear all outputs in the notebook (they are not graded), save it and hand in that file.",
        )
    return data


def decode(data: bytes, name: str) -> str:
    """The text of a file: UTF-8, or UTF-8, -16 or -32 behind a byte order mark.

    Raises `SubmissionError` for another kind of file, another encoding, and NUL bytes.
    """
    for signature, kind, remedy in _SIGNATURES:
        if data.startswith(signature):
            raise fault(name, f"this is {kind}, not a notebook.", remedy)
    encoding = next((known for mark, known in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        # For "utf-8-sig" Python counts from behind the mark; people count from the start of the file.
        offset = error.start + (len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0)
        shown = encoding.removesuffix("-sig").upper()
        line = data.count(b"\n", 0, offset) + 1
        raise fault(
            name,
            f"the file is not {shown} text: byte 0x{data[offset]:02x} at offset {offset} (line {line}) fits"
            " no character.",
            "Open it in Jupyter or an editor and save it as UTF-8.",
        ) from error
    if "\x00" in text:
        first = text.index("\x00") + 1
        raise fault(
            name,
            f"the file holds NUL bytes (the first is character {first}): it is damaged or not text.",
            "Save the notebook again and hand in that file.",
        )
    return text
