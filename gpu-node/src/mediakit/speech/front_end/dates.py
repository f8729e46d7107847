# ruff: noqa: E501, RUF001
"""Dates, times of day, years and decades."""

import re

from mediakit.speech.front_end.numerals import counted, ordinal, small
from mediakit.speech.front_end.rules import Rule, any_of

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_SHORT = {month[:3]: month for month in _MONTHS} | {"Sept": "September"}
_MONTH = any_of([*_MONTHS, *_SHORT])
_DAYS = {"mon": "Monday", "tue": "Tuesday", "tues": "Tuesday", "wed": "Wednesday",
         "thu": "Thursday", "thur": "Thursday", "thurs": "Thursday", "fri": "Friday",
         "sat": "Saturday", "sun": "Sunday"}  # fmt: skip
_DAY = any_of(_DAYS)
_DECADES = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties",
            "nineties")  # fmt: skip
_BEFORE_YEAR = re.compile(
    r"\b(?:in|since|by|from|until|till|of|to|the|during|before|after|around|circa|about|and|early|"
    r"late|mid|year|class)[\s-]$", re.I)  # fmt: skip
_COUNTED = r"(?:people|men|women|children|fish|sheep|miles|[a-z]{2,14}s)\b"


def _month(name: str) -> str:
    return _SHORT.get(name[:3], name)


def _date(year: str, month: int, day: int, whole: str) -> str:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return whole
    return f"{_MONTHS[month - 1]} {ordinal(day)}" + (f", {year}" if year else "")


def _us_date(m: re.Match[str]) -> str:
    first, second, year = int(m[1]), int(m[2]), m[3]
    if len(year) == 2:
        year = ("19" if int(year) > 30 else "20") + year
    month, day = (first, second) if first <= 12 else (second, first)
    return _date(year, month, day, m[0])


def _month_day(m: re.Match[str]) -> str:
    if not 1 <= int(m[2]) <= 31:
        return m[0]
    until = f" to {ordinal(int(m[3]))}" if m[3] else ""
    return f"{_month(m[1])} {ordinal(int(m[2]))}{until}" + (m[4] or "")


def _day_month(m: re.Match[str]) -> str:
    if not 1 <= int(m[2]) <= 31:
        return m[0]
    return f"the {ordinal(int(m[2]))} of {_month(m[3])}"


def _time(m: re.Match[str]) -> str:
    hour, minute, second, half = int(m[1]), int(m[2]), m[3], m[4]
    if hour > 24 or minute > 59 or (second and int(second) > 59):
        return m[0]
    words = small(hour)
    if minute:
        words += f" oh {small(minute)}" if minute < 10 else f" {small(minute)}"
    elif not half and not second:
        words += " o'clock" if hour <= 12 else " hundred"
    if second:
        words += f" and {small(int(second))} second" + ("" if int(second) == 1 else "s")
    return words + (f" {half.upper()}.M" if half else "")


def _decade(m: re.Match[str]) -> str:
    return _DECADES[int(m[1]) - 2]


def _amount(m: re.Match[str]) -> str:
    """A number of four digits before what it counts is no year."""
    is_year = _BEFORE_YEAR.search(m.string, max(0, m.start() - 10), m.start())
    return m[0] if is_year else counted(m[0])


RULES: list[Rule] = [
    (re.compile(r"\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?(?:Z\b)?"), r"\1 at \2"),
    (re.compile(r"(?<=\d)\s?([ap])\.\s?m\.(?=\s*$|\s+[A-Z][a-z])", re.I),
     lambda m: f" {m[1].upper()}.M."),
    (re.compile(r"(?<=\d)\s?([ap])(?:\.\s?m\.?|m\b)", re.I), lambda m: f" {m[1].upper()}.M"),
    (re.compile(r"(?<=\.M)\s?[–-]\s?(?=\d)"), " to "),
    (re.compile(r"(?<=\d)\s?[–-]\s?(?=\d{1,2}(?::\d\d)? [AP]\.M)"), " to "),
    (re.compile(r"(?<![\w:])(\d{1,2}:\d\d)\s?[–-]\s?(?=\d{1,2}:\d\d)"), r"\1 to "),
    (re.compile(r"(?<![\w:.])(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AP])\.M)?(?![\d:])"), _time),
    (re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b"), lambda m: _date(m[1], int(m[2]), int(m[3]), m[0])),
    (re.compile(r"(?<![\w/])(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?![\w/])"), _us_date),
    (re.compile(r"(?<![\w.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\w.]\d)"),
     lambda m: _date(m[3], int(m[2]), int(m[1]), m[0])),
    (re.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?(?:\s?[–-]\s?(\d{{1,2}})(?:st|nd|rd|th)?)?\b(?![\d:%]|\.\d| percent)(,? \d{{4}}\b)?"), _month_day),
    (re.compile(rf"\b(the )?(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({_MONTH})\b\.?(?! \d{{1,2}}\b(?!\d))"), _day_month),
    (re.compile(rf"\b({any_of(_SHORT)})\.(?= \d{{4}}\b)"), lambda m: _month(m[1])),
    (re.compile(rf"\b({_DAY})\.?\s?[–-]\s?({_DAY})\b(?:\.(?=\s[a-z\d]))?", re.I),
     lambda m: f"{_DAYS[m[1].casefold()]} to {_DAYS[m[2].casefold()]}"),
    # Decades: with an apostrophe, as a part of a century, of somebody's life.
    (re.compile(r"(?<![\w])['’‘]([2-9])0s\b"), _decade),
    (re.compile(r"(?<=\bthe )([2-9])0s\b"), _decade),
    (re.compile(r"(?<!\w)(?<!for )(?<!after )(?<!every )(?<!in )([6-9])0s(?= [a-z])"), _decade),
    (re.compile(r"(?<=\bher )([2-9])0s\b|(?<=\bhis )([2-9])0s\b"),
     lambda m: _DECADES[int(m[1] or m[2]) - 2]),
    (re.compile(r"\b(their|my|our|your|early|late|mid)([ -])([2-9])0s\b"),
     lambda m: f"{m[1]}{m[2]}{_DECADES[int(m[3]) - 2]}"),
    (re.compile(r"\b(1[1-9]|20)([1-9])0['’]?s\b"),
     lambda m: f"{small(int(m[1]))} {_DECADES[int(m[2]) - 2] if m[2] != '1' else 'tens'}"),
    (re.compile(r"(?<![\w.,])(10{1,3})['’]?s of\b"),
     lambda m: f"{('tens', 'hundreds', 'thousands')[len(m[1]) - 2]} of"),
    (re.compile(r"\b(1[1-9]|20)00['’]?s\b"),
     lambda m: "two thousands" if m[1] == "20" else f"{small(int(m[1]))} hundreds"),
    (re.compile(r"(?<![\w'’])['’‘](\d\d)(?![\w'’])"), r"\1"),
    (re.compile(r"\b(1\d{3}|20\d\d)\s?[–/-]\s?(\d{2}|\d{4})(?![\w/.-])"),
     lambda m: f"{m[1]} to {small(int(m[2])) if len(m[2]) == 2 and int(m[2]) > 9 else m[2]}"),
    (re.compile(rf"(?<![\w.,$€£/-])\d{{4}}(?= (?:[a-z]{{2,14}} )?{_COUNTED})"), _amount),
]  # fmt: skip
