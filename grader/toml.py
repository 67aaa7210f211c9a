"""TOML files of assignments, on every supported Python."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from grader.errors import AssignmentError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["first_fault", "read_toml"]


def read_toml(file: Path) -> dict[str, Any]:
    """The content of a file.

    Raises:
        AssignmentError: if it cannot be read or is no TOML.
    """
    try:
        content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{file} is no TOML: {error}.") from None
    except OSError as error:
        raise AssignmentError(f"{file} cannot be read: {error.strerror or error}.") from None
    return content


def first_fault(error: ValidationError) -> str:
    """Place and message of the first fault that a model finds in data, on one line."""
    detail = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}"
