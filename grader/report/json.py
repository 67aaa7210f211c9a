"""The report as JSON, in the fixed format ``grader/report/v1``."""

from __future__ import annotations

from typing import Any

from grader.report.model import Report
from grader.report.text import well_formed
from grader.report.visibility import for_students

__all__ = ["render"]


def render(report: Report) -> str:
    """Return the report as JSON text that any reader of UTF-8 can load."""
    data = for_students(report).model_dump(by_alias=True)
    return Report.model_validate(_well_formed(data)).to_json()


def _well_formed(value: Any) -> Any:
    """Make every string in nested data encodable: pydantic refuses to serialise lone surrogates."""
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, dict):
        return {_well_formed(key): _well_formed(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_well_formed(item) for item in value)
    return value
