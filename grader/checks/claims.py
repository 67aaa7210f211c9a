"""Numeric claims in what a student writes: so many parameters, such an accuracy; found, and laid beside the evidence.

A claim stands for the interval of values that it may be a rounding of. Claims are shown to whoever reads an answer.
Only numbers that a word for their quantity stands close to are claims; of the rest nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["Claim", "Quantity", "claims_in"]

Quantity = Literal["parameters", "accuracy"]

_LONGEST = 20_000
"""Characters of a text that are read; no answer is longer."""
_LONGEST_SENTENCE = 1_000
"""Likewise of a sentence, in which every number is compared with every word."""
_NEAR = 60
"""Characters between a number and the word that says what it counts."""
_ACROSS = 30
"""What a comma, a bracket or a number between the two counts as in characters: «accuracy 0.66, loss 1.2»."""
_COUNT_FROM = 1000
"""Smaller numbers near the word "parameters" count something else, such as layers."""

_MARKUP = re.compile(r"\*\*|__|`|\$|(?<![\w)])\*|\*(?![\w(])")
_LATEX_SEPARATOR = re.compile(r"\{,\}|\\[,;]")
_EQUALS = re.compile(r"\s*[:=≈~]\s*")
_BREAK = re.compile(r"[,()\[\]\d]|\b(?:and|et|und|y|e|och|ve)\b")
_SENTENCE_END = re.compile(r"\n|[.!?](?=\s|$)|[。！？;；|]")

_SEPARATOR = r"[ \u00a0\u202f,._'’]"
_THOUSANDS = "k|thousand|thsd|tsd|mille|mil|bin|tusen"
_MILLIONS = "mln|mio|millones|millionen|millions?|milhões|milioni|miljoner|milyon"
# A suffix by one letter is told by its case: 1.2 M, but 3 m.
_SUFFIX = rf"(?:\s?(?P<suffix>(?:(?i:{_THOUSANDS}|{_MILLIONS})|M)(?!\w)|[万萬]))?"
_COUNT = re.compile(
    r"(?<![A-Za-z0-9_.,·×*+/^])"
    rf"(?P<digits>\d{{1,3}}(?:{_SEPARATOR}\d{{3}}){{1,5}}(?!\d)|\d{{1,12}}(?:[.,]\d{{1,6}})?){_SUFFIX}"
    r"(?![.,]?\d|[A-Za-z_]|\s?[·×*+/^%]|-\d)"
)
_SHARE = re.compile(
    r"(?<![A-Za-z0-9_.,])(?:(?P<before>%)\s?)?(?P<digits>\d{1,3}(?:[.,]\d{1,8})?)"
    r"(?P<after>\s?(?:%|percent|per cent|pour cent|por ciento|prozent|procent))?(?![.,]?\d|[A-Za-z_])",
    re.IGNORECASE,
)
_GROUPED = re.compile(rf"\d{{1,3}}(?:{_SEPARATOR}\d{{3}})+")

_WORDS: dict[str, str] = {
    # "hyperparameters" are something else, `count_params` is not.
    "parameters": r"(?<![^\W_])(?<!hyper-)(?<!hyper )(?:param(?:et|èt|ét)\w*|par[áâ]met\w*|params?\b|weights?\b|poids\b"
    r"|pesos\b|pesi\b|gewichte?\b|vikter\b|ağırlık\w*|параметр\w*)|参数|參數|权重",
    "accuracy": r"(?<![^\W_])(?:acc(?:urac\w*|uratezza)?\b|exactitud\w*|précision\w*|precis[ií]\w*|acur[áa]cia"
    r"|genauigkeit\w*|trefferquote|noggrannhet\w*|doğrulu\w*|точност\w*)|准确率|準確率|精度|正确率",
    # What else numbers near those words are about.
    "other": r"(?<![^\W_])(?:loss\w*|perte\w*|pérdida\w*|perda\w*|verlust\w*|förlust\w*|kayıp|kayb\w*|dropout|epochs?"
    r"|époques?|épocas?|epochen?|epoker|rate|taux|tasa|batch\w*|images?|samples?|examples?|pictures?|bilder\w*"
    r"|im[áa]gen\w*|immagini|échantillons?|exemples?|muestras?|görüntü\w*|seconds?|secs?|minutes?|pixels?|units?"
    r"|neur[oó]n\w*|features?|bytes?|[kmg]i?b\b)|损失|图像|张",
}
_WORD = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _WORDS.items()), re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """A number that a text gives for a quantity; accuracies are shares from 0 to 1.

    Attributes:
        quantity: what it is a number of.
        said: the number as written.
        low, high: the values that it may be a rounding of, both included.
        sentence: in which it stands, free of markup.
    """

    quantity: Quantity
    said: str
    low: float
    high: float
    sentence: str

    def covers(self, value: float) -> bool:
        """Whether the number is that value, as far as it says."""
        return self.low <= value <= self.high


def claims_in(text: str) -> list[Claim]:
    """The claims of a text in order, each number once."""
    plain = _MARKUP.sub("", _LATEX_SEPARATOR.sub(" ", text[:_LONGEST]))
    found: dict[tuple[Quantity, str], Claim] = {}
    for sentence in _sentences(plain):
        for claim in _of_sentence(sentence):
            found.setdefault((claim.quantity, claim.said), claim)
    return list(found.values())


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in [*(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]:
        yield text[start : min(end, start + _LONGEST_SENTENCE)].strip()
        start = end


def _of_sentence(sentence: str) -> Iterator[Claim]:
    words = [(word.start(), word.end(), str(word.lastgroup)) for word in _WORD.finditer(sentence)]
    if not any(kind != "other" for _, _, kind in words):
        return
    for number in _COUNT.finditer(sentence):
        if _about(number, words) == "parameters":
            claim = _count(number, sentence)
            if claim.high >= _COUNT_FROM:
                yield claim
    for number in _SHARE.finditer(sentence):
        if _about(number, words) == "accuracy":
            share = _share(number, sentence)
            if share is not None:
                yield share


def _about(number: re.Match[str], words: list[tuple[int, int, str]]) -> str | None:
    """The kind of the word that stands closest to the number; of two as close, the one behind it."""
    gaps = []
    for start, end, kind in words:
        behind = start >= number.end()
        first, last = (number.end(), start) if behind else (end, number.start())
        between = number.string[first : max(first, last)]
        gap = 0 if _EQUALS.fullmatch(between) else len(between) + (_ACROSS if _BREAK.search(between) else 0)
        gaps.append((gap, not behind, kind))
    gap, _, kind = min(gaps)
    return kind if gap <= _NEAR else None


def _count(number: re.Match[str], sentence: str) -> Claim:
    digits, suffix = number["digits"], (number["suffix"] or "").lower()
    unit = 1.0
    if suffix:
        unit = 1e4 if suffix in "万萬" else 1e3 if re.fullmatch(_THOUSANDS, suffix) else 1e6
    if not suffix and _GROUPED.fullmatch(digits):
        digits = re.sub(_SEPARATOR, "", digits)
    whole, _, decimals = digits.replace(",", ".").partition(".")
    value = float(f"{re.sub(r'[^0-9]', '', whole) or 0}.{re.sub(r'[^0-9]', '', decimals) or 0}") * unit
    # 250 000 says «some 250 000»; 252 378 says just that. Who shortens a number may round it or cut it off.
    zeros = len(whole) - len(whole.rstrip("0"))
    step = unit * 10.0 ** -len(decimals) if suffix else 10.0**zeros if zeros >= 3 else 0.0
    slack = step or 0.5
    return Claim("parameters", number[0].strip(), value - slack, value + slack, sentence)


def _share(number: re.Match[str], sentence: str) -> Claim | None:
    """The accuracy that the number gives; None for one that is neither per cent nor a share with two decimals."""
    digits = number["digits"].replace(",", ".")
    decimals = len(digits.partition(".")[2])
    value, scale = float(digits), 1.0
    if number["before"] or number["after"]:
        scale = 100.0
    elif decimals < 2 or value > 1:
        return None
    slack = 10.0**-decimals / scale
    if value / scale > 1:
        return None
    return Claim("accuracy", number[0].strip(), value / scale - slack, value / scale + slack, sentence)
