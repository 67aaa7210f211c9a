"""The names of the ten classes in what a notebook writes: in English, or as the notebook's own list has them."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterable, Sequence

from grader.checks.submission import Submission

__all__ = ["ClassNames"]

_CLASSES = 10
_ENGLISH = (
    ("airplane", "aeroplane", "plane", "aircraft"),
    ("automobile", "car", "auto"),
    ("bird",),
    ("cat",),
    ("deer",),
    ("dog",),
    ("frog",),
    ("horse",),
    ("ship", "boat"),
    ("truck", "lorry"),
)
_LEGEND = 8
"""So many names in what is shown explain the numbers of the classes."""
_FIRST_IDEOGRAPH = "\u2e80"
_DIGIT = re.compile(r"(?<![\d.,])\d(?![\d.,]\d|\d)")


class ClassNames:
    """Knows the names of the classes in one notebook."""

    def __init__(self, submission: Submission) -> None:
        self._names = [set(map(_normal, names)) for names in _ENGLISH]
        for cell in submission.evidence.cells:
            if cell.kind == "code":
                for own in _lists(cell.source):
                    self._add(own)
        shown = [cell.text if cell.kind == "code" else cell.source for cell in submission.evidence.cells]
        self.numbers_explained = any(len(self.named(text)) >= _LEGEND for text in shown)
        """Whether the notebook shows which number stands for which class."""

    def named(self, text: str) -> set[int]:
        """The classes that a text names."""
        plain = _normal(text)
        return {label for label, names in enumerate(self._names) if any(_holds(plain, name) for name in names)}

    def in_order(self, text: str) -> list[int]:
        """The classes that a text names, in its order, as often as it names them."""
        plain = _normal(text)
        found = [
            (match.start(), label)
            for label, names in enumerate(self._names)
            for name in names
            for match in _pattern(name).finditer(plain)
        ]
        return [label for _, label in sorted(found)]

    @staticmethod
    def numbered(text: str) -> set[int]:
        """The classes that a text may mean by their numbers."""
        return {int(digit) for digit in _DIGIT.findall(text)}

    def _add(self, own: Sequence[str]) -> None:
        """Take names from a list in the notebook, unless it has English ones in another order."""
        known = [self.named(name) for name in own]
        if all(not labels or place in labels for place, labels in enumerate(known)):
            for names, name in zip(self._names, own, strict=True):
                names.add(_normal(name))


def _lists(source: str) -> Iterable[list[str]]:
    """What looks like a list of ten names in a cell: a list, tuple or dictionary, or a text that is split."""
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()]
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a cell that does not run either
        return
    for node in ast.walk(tree):
        found: list[object] = []
        match node:
            case ast.List(elts=items) | ast.Tuple(elts=items):
                found = [item.value for item in items if isinstance(item, ast.Constant)]
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                found = _by_number([_constants(key, value) for key, value in pairs])
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="split"), args=args):
                mark = args[0].value if args and isinstance(args[0], ast.Constant) else None
                found = list(text.split(mark if isinstance(mark, str) and mark else None))
        names = [name.strip() for name in found if isinstance(name, str) and name.strip()]
        if len(names) == _CLASSES and len(set(names)) == _CLASSES:
            yield names


def _constants(key: ast.expr | None, value: ast.expr) -> tuple[object, object]:
    parts = [item.value if isinstance(item, ast.Constant) else None for item in (key, value)]
    return parts[0], parts[1]


def _by_number(pairs: Sequence[tuple[object, object]]) -> list[object]:
    """The names of a dictionary from numbers to names, or the other way round, by number."""
    for number, name in ((0, 1), (1, 0)):
        found = {str(pair[number]): pair[name] for pair in pairs}
        if set(found) == set(map(str, range(_CLASSES))):
            return [found[str(label)] for label in range(_CLASSES)]
    return []


def _normal(text: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part)).strip()


def _holds(text: str, name: str) -> bool:
    return _pattern(name).search(text) is not None


def _pattern(name: str) -> re.Pattern[str]:
    """Finds the name as a word, in the plural, too; where words are not set apart, anywhere."""
    if any(letter >= _FIRST_IDEOGRAPH for letter in name):
        return re.compile(re.escape(name))
    return re.compile(rf"(?<![^\W\d_]){re.escape(name)}s?(?![^\W\d_])")
