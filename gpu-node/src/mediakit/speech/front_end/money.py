# ruff: noqa: RUF001
"""Amounts of money, and numbers as other countries group them."""

import re

from mediakit.speech.front_end.numerals import counted
from mediakit.speech.front_end.rules import Rule

_MONEY = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny"),
          "¥": ("yen", ""), "₹": ("rupee", "paisa"), "₩": ("won", ""), "₿": ("bitcoin", ""),
          "₽": ("ruble", "kopek")}  # fmt: skip
_PLURAL = {"penny": "pence", "yen": "yen", "won": "won", "paisa": "paise"}
_LARGE = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion",
          "tn": "trillion", "t": "trillion"}  # fmt: skip
_LARGE_WORDS = "hundred|thousand|million|billion|trillion"
_CODES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_NAMED = {"CHF": ("Swiss franc", "Swiss francs"), "CAD": ("Canadian dollar", "Canadian dollars"),
          "AUD": ("Australian dollar", "Australian dollars"), "CNY": ("yuan", "yuan"),
          "SEK": ("Swedish krona", "Swedish kronor")}  # fmt: skip
_SIGN = r"[$€£¥₹₩₿₽]"
_NUMBER = r"\d(?:[\d,]{0,24}\d)?"


def _price(m: re.Match[str]) -> str:
    unit, part = _MONEY[m[1]]
    whole, fraction = m[2], m[3] or ""
    large = m[4] or _LARGE.get((m[5] or "").casefold(), "")
    if large:
        return f"{whole}{fraction} {large} {_plural(unit)}"
    if len(fraction) > 3 or (fraction and not part):
        return f"{whole}{fraction} {_plural(unit)}"
    cents = int((fraction[1:] + "0")[:2]) if fraction else 0
    major = f"{counted(whole)} {unit if whole == '1' else _plural(unit)}"
    minor = f"{cents} {part if cents == 1 else _plural(part)}" if cents else ""
    if minor and whole.strip("0,") == "":
        return minor
    return f"{major} and {minor}" if minor else major


def _plural(unit: str) -> str:
    return _PLURAL.get(unit, unit + "s")


def _european(m: re.Match[str]) -> str:
    """1.299,50 as 1299.50."""
    return f"{m[1].replace('.', '').replace(' ', '')}.{m[2]}"


_CODE = "|".join(_CODES)
_NAME = "|".join(_NAMED)

GROUPS: list[Rule] = [
    # 10 000, 1 234 567: spaces group digits, if nothing else can be meant.
    (re.compile(r"(?<![\w.,$€£/-])(?<!\d )(\d{1,3}(?: \d{3}){2,5})(?![\d-]| \d)"),
     lambda m: m[1].replace(" ", "")),
    (re.compile(r"(?<![\w.,/-])(?<!\d )(\d{1,2} \d{3}|\d{3} 000)(?![\d-]| \d|[.,]\d{3})"),
     lambda m: m[1].replace(" ", "")),
    (re.compile(rf"({_SIGN}\s?)(\d{{1,3}}) (\d{{3}})(?! ?\d)"), r"\1\2\3"),
    (re.compile(r"(?<![\w.,])(\d{1,3}(?:['’]\d{3}){1,5})(?!\d)"),
     lambda m: re.sub(r"['’]", "", m[1])),
    (re.compile(r"(?<![\w.,])(\d{1,3}(?:\.\d{3}){2,5})(?![\w.]\d)"),
     lambda m: m[1].replace(".", "")),
    (re.compile(rf"(?<={_SIGN})(\d{{1,3}}(?:[. ]\d{{3}}){{0,5}}|\d{{1,15}}),(\d\d)(?!\d|,\d)"),
     _european),
    (re.compile(r"(?<![\d.,])(\d{1,3}(?:[. ]\d{3}){0,5}|\d{1,15}),(\d\d)(?=\s?(?:[€£$]|EUR\b))"),
     _european),
    (re.compile(r"(?<=€)(\d{1,3})\.(\d{3})(?![\d]|[.,]\d)"), r"\1\2"),
    (re.compile(r"(?<![\d.,])(\d{1,9}),(\d{1,2})(?=\s?(?:%|°|(?:km|cm|mm|kg|mg|m|g|l|L|t|s|h)\b))(?!,\d)"),
     r"\1.\2"),
    # A list without spaces.
    (re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))"), ", "),
]  # fmt: skip

MONEY: list[Rule] = [
    (re.compile(r"\b(?:US|AU|CA|NZ|[ACR])\$"), "$"),
    (re.compile(rf"\b({_NAME})\s?({_NUMBER}(?:\.\d\d?)?)(?![\w.]\d)"),
     lambda m: f"{m[2]} {_NAMED[m[1]][0 if m[2] == '1' else 1]}"),
    (re.compile(rf"(?<![\w.,])({_NUMBER}(?:\.\d\d?)?)\s?({_NAME})\b"),
     lambda m: f"{m[1]} {_NAMED[m[2]][0 if m[1] == '1' else 1]}"),
    (re.compile(rf"(?<![\w.,])({_NUMBER}(?:\.\d{{1,9}})?)\s?({_CODE})\b"),
     lambda m: f"{_CODES[m[2]]}{m[1]}"),
    (re.compile(rf"\b({_CODE})\s?(?=\d)"), lambda m: _CODES[m[1]]),
    (re.compile(r"\bRs\.?\s?(?=\d)"), "₹"),
    (re.compile(rf"(?<![\w$€£.,])({_NUMBER}(?:\.\d\d)?)\s?([€£¥])(?!\d)"), r"\2\1"),
    (re.compile(rf"({_SIGN})(\d{{1,9}}(?:\.\d{{1,2}})?)\s?[-–]\s?\1?(?=\d+)"), r"\2 to \1"),
    (re.compile(
        rf"({_SIGN})\s?({_NUMBER})(\.\d{{1,9}})?(?:\s?({_LARGE_WORDS})\b|([kKmMbBtT]|mn|bn|tn)\b)?(?!\w)"),
     _price),
    (re.compile(rf"(?<![\w.])({_NUMBER})\s?¢"),
     lambda m: f"{m[1]} {'cent' if m[1] == '1' else 'cents'}"),
    (re.compile(r"(?<![\w.])(\d{1,2})p(?![\w.])"), r"\1 pence"),
]  # fmt: skip
