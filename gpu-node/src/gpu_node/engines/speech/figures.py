# ruff: noqa: RUF001
"""Rewrites figures that the phonemizer would misread: money, measures, ranges, telephone numbers.

It reads plain numbers, dates, times, percentages and most units by itself.
"""

import re
from collections.abc import Callable

_MONEY = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny"), "¥": ("yen", "")}
_PLURAL = {"penny": "pence", "yen": "yen"}
_LARGE = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion",
          "tn": "trillion"}  # fmt: skip
_LARGE_WORDS = "hundred|thousand|million|billion|trillion"
_PRICE = re.compile(
    rf"([$€£¥])\s?(\d[\d,]*)(\.\d+)?(?:\s?({_LARGE_WORDS})\b|([kKmMbB]|mn|bn|tn)\b)?(?!\w)"
)
_UNITS = {
    "m": "meter", "V": "volt", "W": "watt", "kW": "kilowatt", "MW": "megawatt", "Ω": "ohm",
    "μm": "micrometer", "μs": "microsecond", "μg": "microgram", "μl": "microliter", "s": "second",
    "h": "hour", "L": "liter", "t": "ton", "J": "joule", "kJ": "kilojoule", "Pa": "pascal",
    "gal": "gallon", "tsp": "teaspoon", "tbsp": "tablespoon", "yr": "year", "yrs": "year",
}  # fmt: skip
_UNIT = re.compile(
    r"(?<![\w.,$€£])(\d[\d,]*(?:\.\d+)?)\s(k?W|MW|μ[msgl]|k?J|Pa|gal|tbsp|tsp|yrs?|[mVΩshLt])(?![\w'’/-])"
)
_LENGTHS = {"mm": "millimeters", "cm": "centimeters", "m": "meters", "km": "kilometers",
            "in": "inches", "ft": "feet", "yd": "yards", "mi": "miles"}  # fmt: skip
_CODES = {"USD": "$", "EUR": "€", "GBP": "£"}
_DAYS = {"mon": "Monday", "tue": "Tuesday", "tues": "Tuesday", "wed": "Wednesday",
         "thu": "Thursday", "thur": "Thursday", "thurs": "Thursday", "fri": "Friday",
         "sat": "Saturday", "sun": "Sunday"}  # fmt: skip
_DAY = "|".join(sorted(_DAYS, key=len, reverse=True))
_DIGITS = {str(i): word for i, word in enumerate(
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))}  # fmt: skip


def _price(m: re.Match[str]) -> str:
    unit, part = _MONEY[m[1]]
    whole, fraction = m[2].rstrip(","), m[3] or ""
    after = "," if m[2].endswith(",") and not fraction else ""
    large = m[4] or _LARGE.get((m[5] or "").casefold(), "")
    if large:
        return f"{whole}{fraction} {large} {_plural(unit)}{after}"
    cents = int((fraction[1:] + "0")[:2]) if fraction else 0
    if len(fraction) > 3 or (fraction and not part):
        return f"{whole}{fraction} {_plural(unit)}"
    whole_is_one = whole == "1"
    major = f"{whole} {unit if whole_is_one else _plural(unit)}"
    minor = f"{cents} {part if cents == 1 else _plural(part)}" if cents else ""
    if minor and whole.strip("0,") == "":
        return minor
    return (f"{major} and {minor}" if minor else major) + after


def _plural(unit: str) -> str:
    return _PLURAL.get(unit, unit + "s")


def _unit(m: re.Match[str]) -> str:
    return f"{m[1]} {_UNITS[m[2]] if m[1] == '1' else _UNITS[m[2]] + 's'}"


def _digits(text: str) -> str:
    """Digit by digit, with a short pause where they are grouped."""
    groups = re.findall(r"\d+", text)
    return ", ".join(" ".join(_DIGITS[d] for d in group) for group in groups)


def _area(m: re.Match[str]) -> str:
    return f" {'square' if m[2] == '²' else 'cubic'} {_LENGTHS[m[1]]}"


def _height(m: re.Match[str]) -> str:
    return f"{m[1]} feet {m[2]}"


_RULES: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (re.compile(r"\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z\b)?"), r"\1 at \2"),
    (re.compile(r"\bISBN(?:-1[03])?:?\s?(\d[\d-]{8,16}[\dX])\b"),
     lambda m: f"ISBN {_digits(m[1])}{' X' if m[1].endswith('X') else ''}"),
    # Telephone numbers: with a country, in groups behind brackets, or named as such.
    (re.compile(r"(?<!\w)\+(\d{1,3}(?:[ -]?\(?\d{2,4}\)?){2,5})(?!\w)"),
     lambda m: "plus " + _digits(m[1])),
    (re.compile(r"(?<!\w)(\(\d{3}\)\s?\d{3}-\d{4}|\d{3}-\d{3}-\d{4}|\d{3}-\d{4})(?![\w-])"),
     lambda m: _digits(m[1])),
    (re.compile(
        r"\b((?:tele)?phone|tel|call|fax)(\.?:?\s)(\d{2,5}(?:[ -]\d{2,5}){1,4})(?!\w)", re.I),
     lambda m: f"{'telephone ' if m[1].casefold() == 'tel' else m[1] + m[2]}{_digits(m[3])}"),
    (re.compile(r"\bUS\$"), "$"),
    (re.compile(r"(\d[\d.,]*)\s?(USD|EUR|GBP)\b"), lambda m: f"{_CODES[m[2]]}{m[1]}"),
    (re.compile(r"(?<![\w$€£])(\d[\d,]*(?:\.\d\d)?)\s?([€£])(?!\d)"), r"\2\1"),
    (re.compile(r"([$€£])(\d+)\s?[-–]\s?\1?(?=\d+\b)"), r"\2 to \1"),
    (_PRICE, _price),
    # 4K is a size of pictures.
    (re.compile(r"(?<![\w.,])(?![48][kK]\b)(\d+(?:\.\d+)?)[kK]\b(?!\s?[mgB])"), r"\1 thousand"),
    (re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?)(?:M|mn)\b"), r"\1 million"),
    (re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?)bn\b"), r"\1 billion"),
    (re.compile(r"(?<=\d)\s?(mm|cm|km|m|in|ft|yd|mi)([²³])"), _area),
    (re.compile(r"(?<=\d )(ft|lbs?|oz|yd|mi|hrs?|min|secs?|gal|yrs?)\.(?=\s[a-z])"), r"\1"),
    (re.compile(r"(?<=\d )in\.(?=\s[a-z])"), "inches"),
    (re.compile(r"\b(\d+)h\s?(\d+)m(?:in)?\b"), r"\1 hours \2 minutes"),
    (re.compile(r"\b(\d+)h\b"), r"\1 hours"),
    (re.compile(r"\b(\d+)\s+(?=\d/\d(?!\d))"), r"\1 and "),
    (re.compile(r"(?<![\w/.])(\d+)/\1(?![\w/])"), r"\1 \1"),
    (re.compile(r"(?<![\w.,:/-])(0\d+|911)(?![\w:/-]|[.,]\d)"), lambda m: " ".join(m[1])),
    (re.compile(r"(?<![\w.])\.(?=\d)"), "0."),
    (re.compile(r"""(?<!\w)(\d)['′](?:\s?(\d{1,2})["″])"""), _height),
    (re.compile(r"""(?<![\w"“])(\d+(?:\.\d+)?)["″](?!\w)"""), r"\1 inches"),
    (re.compile(r"(?<![\w.])(\d+)(?:[x×]| x )(\d+)(?![\w.])"), r"\1 by \2"),
    (re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?x(?!\w)"), r"\1 times"),
    (re.compile(r"(?<![\w:.])(\d{1,3}(?:\.\d+)?):(\d)(?![\d:])"), r"\1 to \2"),
    (re.compile(r"(?<![\w.])(\d+)\s?[-−]\s?(\d+)\s?(?==)"), r"\1 minus \2 "),
    (re.compile(r"(?<=\d)\s?([ap])\.?m\b", re.I), lambda m: f" {m[1].upper()}M"),
    (re.compile(r"(\d(?: [AP]M)?)\s?[–-]\s?(?=\d[\d:]* [AP]M)"), r"\1 to "),
    (re.compile(r"(?<![\w.,/-])(\d{1,4})\s?[-–]\s?(\d{1,4}%?)(?![\w/-])(?!\.\d)"), r"\1 to \2"),
    (re.compile(rf"\b({_DAY})\.?\s?[–-]\s?({_DAY})\b", re.I),
     lambda m: f"{_DAYS[m[1].casefold()]} to {_DAYS[m[2].casefold()]}"),
    (re.compile(r"(?<![\w.,])v?(\d+)\.(\d+)\.(\d+)(?![\w.]\d)"), r"\1 point \2 point \3"),
    (_UNIT, _unit),
]  # fmt: skip
"""In this order: what is more particular comes first."""


def with_figures(text: str) -> str:
    """The text with such figures as words."""
    for pattern, words in _RULES:
        text = pattern.sub(words, text)
    return text
