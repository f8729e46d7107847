# ruff: noqa: E501, RUF001
"""Plain numbers: ranges, scores, fractions, decimals, sizes, ratios."""

import re

from mediakit.speech.front_end.numerals import DIGITS, counted, fraction, ordinal
from mediakit.speech.front_end.rules import Rule

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_BELOW = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 32, 64, 100})


def _fraction(m: re.Match[str]) -> str:
    above, below = int(m[1]), int(m[2])
    if 0 < above < below and below in _BELOW and (below != 12 or above < 12):
        return fraction(above, below)
    if 1 <= above <= 12 and 1 <= below <= 31:
        return f"{_MONTHS[above - 1]} {ordinal(below)}"
    if above and below in (2, 3, 4, 8) and above < 100:
        return fraction(above, below)
    return f"{above} slash {below}"


def _decimal(m: re.Match[str]) -> str:
    digits = m[2] if len(m[2]) < 9 else m[2][:40]
    return f"{counted(m[1]) if m[1] else 'zero'} point {' '.join(DIGITS[int(d)] for d in digits)}"


def _scientific(m: re.Match[str]) -> str:
    power = int(m[2])
    raised = ordinal(power) if power > 0 else f"power of {m[2].replace('-', 'minus ')}"
    return f"{m[1]} times ten to the {raised}"


SCIENTIFIC: list[Rule] = [
    # A capital E alone is a letter of codes: 1E6 needs a point or a sign.
    (re.compile(r"(?<![\w.,-])(-?\d{1,9}\.\d{1,12})[eE]\+?(-?\d{1,3})(?![\w.-]\w|\w)"), _scientific),
    (re.compile(r"(?<![\w.,-])(-?\d{1,9})(?:e\+?(?=-?\d)|E\+?(?=-\d)|E\+(?=\d))(-?\d{1,3})(?![\w.-]\w|\w)"), _scientific),
    (re.compile(r"(?<![\w.,])(\d{1,9}(?:\.\d{1,12})?)\s?[x×·⋅]\s?10(?=\s?\^|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻])"), r"\1 times 10"),
    (re.compile(r"(?<![\w./])(\d{1,6})\s?/\s?(\d{1,6})(?=\s?=)"), r"\1 divided by \2"),
]  # fmt: skip
"""Before anything else takes their signs."""

RULES: list[Rule] = [
    (re.compile(r"(?<![\w.])(\d{1,6})(?:[x×]| x )(\d{1,6})(?:(?:[x×]| x )(\d{1,6}))?(?![\w.])"),
     lambda m: " by ".join(part for part in m.groups() if part)),
    (re.compile(r"(?<![\w.])(\d{1,9}(?:\.\d{1,6})?)\s?x(?!\w)"), r"\1 times"),
    (re.compile(r"(?<![\w:.])(\d{1,3}(?:\.\d{1,4})?):(\d{1,3})(?![\d:])"), r"\1 to \2"),
    (re.compile(r"(?<![\w/.,-])(\d{1,9})\s?[-–]\s?(\d{1,9})\s?(?==)"), r"\1 minus \2 "),
    (re.compile(r"(?<![\w/.-])(\d{2,3})[/-]\1(?![\w/-])"), r"\1 \1"),
    (re.compile(r"(?<![\w.,/])(\d{1,6}(?:\.\d{1,4})?)(\s?)[-–]\2(\d{1,6}(?:\.\d{1,4})?)(?![\w/-])(?!\.\d)"),
     r"\1 to \3"),
    (re.compile(r"(?<![\w./])(\d{1,4}) (?=\d/\d{1,2}(?![\d/]))"), r"\1 and "),
    (re.compile(r"(?<![\w./])(\d{1,3})/(\d{1,3})(?!\w|[./]\w)"), _fraction),
    (re.compile(r"(?<![\w.])(\d[\d,]{0,24})?\.(\d{1,40})(?!\d|\.\d)"), _decimal),
    (re.compile(r"(?<![\w.,])(\d{5,15})(?![\w,.]\d)"), lambda m: f"{int(m[1]):,}"),
]  # fmt: skip
