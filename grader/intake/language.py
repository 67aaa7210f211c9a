"""Which language a notebook declares. Only Python is graded; metadata is asked for nothing else."""

from __future__ import annotations

import re

from grader.intake.faults import fault, printable

__all__ = ["check_language"]

_PYTHON_2 = re.compile(r"\s*python\s*2", re.IGNORECASE)
_KERNEL_LANGUAGES = (
    (re.compile(r"ir\d*\b", re.IGNORECASE), "R"),
    (re.compile(r"julia", re.IGNORECASE), "Julia"),
)


def check_language(document: dict[str, object], name: str) -> tuple[str, ...]:
    """Remarks about the declared language: none for Python 3 or no declaration, one for Python 2.

    Raises `SubmissionError` if a language is declared and nothing declares Python.
    """
    metadata = _object(document.get("metadata"))
    kernel, info = _object(metadata.get("kernelspec")), _object(metadata.get("language_info"))
    # The third is where format 3 had it.
    fields = (info.get("name"), kernel.get("language"), metadata.get("language"))
    declared = [value for value in fields if isinstance(value, str) and value.strip()]
    declared = declared or _language_of_kernel(kernel.get("name"))
    # Python wins a contradiction: an editor may update one of the two fields and forget the other.
    if declared and not any("python" in value.lower() for value in declared):
        raise fault(
            name,
            f"the notebook is written in {printable(declared[0], 40)}; only Python notebooks are graded.",
            "If its cells are Python, choose a Python kernel in Jupyter, save it and hand in that file.",
        )
    if _is_python_2(kernel, info):
        return (
            "The notebook names a Python 2 kernel. It is run under Python 3, where for example a print"
            " statement without parentheses fails.",
        )
    return ()


def _is_python_2(kernel: dict[str, object], info: dict[str, object]) -> bool:
    version = info.get("version")
    if isinstance(version, str) and version[:1].isdigit():
        return version.startswith("2")
    names = (kernel.get("name"), kernel.get("display_name"))
    return any(isinstance(value, str) and _PYTHON_2.match(value) for value in names)


def _language_of_kernel(kernel_name: object) -> list[str]:
    """The language of a kernel known by its name alone, as Colab writes it; other names say nothing."""
    if not isinstance(kernel_name, str):
        return []
    return [language for pattern, language in _KERNEL_LANGUAGES if pattern.match(kernel_name)]


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
