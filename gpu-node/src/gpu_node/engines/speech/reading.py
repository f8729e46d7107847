# ruff: noqa: RUF001
"""Rewrites what the phonemizer would misread into words that it reads as a person would.

The phonemizer itself knows plain numbers, dates, times, money, units and most titles.
"""

import re
from collections.abc import Callable
from typing import Literal

from gpu_node.engines.speech.figures import with_figures

Binding = Literal["always", "number", "name"]

ABBREVIATIONS: dict[str, Binding] = {
    **dict.fromkeys(
        ("dr.", "mr.", "mrs.", "ms.", "prof.", "st.", "mt.", "rev.", "gen.", "col.", "capt.",
         "lt.", "sgt.", "gov.", "sen.", "rep.", "hon.", "pres.", "e.g.", "i.e.", "vs.", "cf.",
         "approx.", "ca.", "viz.", "dept.", "a.k.a."),
        "always",
    ),
    **dict.fromkeys(("inc.", "ltd.", "co.", "corp.", "jr.", "sr.", "ave.", "blvd."), "name"),
    **dict.fromkeys(
        ("no.", "nos.", "fig.", "figs.", "vol.", "ch.", "sec.", "art.", "p.", "pp.", "ed.", "nr.",
         "jan.", "feb.", "mar.", "apr.", "jun.", "jul.", "aug.", "sep.", "sept.", "oct.", "nov.",
         "dec.", "mon.", "tue.", "wed.", "thu.", "fri.", "sat.", "sun.", "tel.", "ext."),
        "number",
    ),
}  # fmt: skip
"""Words whose full stop ends no sentence, whatever follows, before a number, or in
the middle of a name: unless a word follows that begins sentences."""

_WORDS = {
    "e.g.": "for example", "i.e.": "that is", "cf.": "compare",
    "ca.": "about", "etc.": "et cetera", "viz.": "namely", "w/o": "without", "w/": "with ",
    "a.k.a.": "also known as", "aka": "also known as", "24/7": "twenty-four seven",
    "and/or": "and or", "he/she": "he or she", "his/her": "his or her", "s/he": "he or she",
    "c#": "C sharp", "c++": "C plus plus", "f#": "F sharp", "vol.": "volume", "figs.": "figures",
}  # fmt: skip
_SYMBOLS = {
    "…": "...", "×": " times ", "÷": " divided by ", "±": " plus or minus ", "≈": " about ",
    "≤": " at most ", "≥": " at least ", "≠": " is not ", "→": ", ", "•": " ", "·": " ",
    "½": " one half", "¼": " one quarter", "¾": " three quarters", "⅓": " one third",
    "⅔": " two thirds", "²": " squared", "³": " cubed", "№": "number ", "©": " copyright ",
    "®": " ", "™": " ", "§": " section ",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "Δ": "delta", "ε": "epsilon",
    "θ": "theta", "λ": "lambda", "μ": "mu", "π": "pie", "ρ": "rho", "σ": "sigma", "Σ": "sigma",
    "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Ω": "omega",
}  # fmt: skip

_TABLE = re.compile(
    r"(?<![\w./])(" + "|".join(map(re.escape, sorted(_WORDS, key=len, reverse=True))) + r")(?!\w)",
    re.IGNORECASE,
)
_SIGNS = re.compile("|".join(map(re.escape, _SYMBOLS)))
_EMOTICON = re.compile(r"(?<!\S)[:;=8][-o^']?[)(DPpOo/\\|\]\[](?!\w)")
_WEB = re.compile(
    r"\b(?:https?://)?(?:www\.)?((?:[\w-]+\.)+[a-z]{2,8})(/[\w./?=&%#-]*[\w/])?", re.I
)
_MAIL = re.compile(r"\b([\w.+-]+)@((?:[\w-]+\.)+[a-z]{2,8})\b", re.I)
_PER = re.compile(r"(?<=\d)\s?(km|m|mi|ft|L|l|kg|g|MB|GB)/(s|h|min|d)\b")
_UNITS = {
    "km": "kilometers", "m": "meters", "mi": "miles", "ft": "feet", "L": "liters", "l": "liters",
    "kg": "kilograms", "g": "grams", "MB": "megabytes", "GB": "gigabytes", "s": "second",
    "h": "hour", "min": "minute", "d": "day",
}  # fmt: skip
_PAGE = re.compile(r"\b(pp?|ch|sec|art|nr)\. ?(?=\d)", re.IGNORECASE)
_PAGES = {"p": "page", "pp": "pages", "ch": "chapter", "sec": "section", "art": "article",
          "nr": "number"}  # fmt: skip
_PERSON_BEFORE_NUMBER = re.compile(r"\b(tel|ext)\. ?(?=\d)", re.IGNORECASE)
_FRACTION_AT_END = re.compile(r"(?<![\w./])(\d{1,2}/\d{1,2})([.,;:!?]+)(?=\s|$)")
_LONG_NUMBER = re.compile(r"(?<![\w.,])\d{16,}(?![\w])")
_RUN = re.compile(r"([^\W\d_])\1{3,}")
_DASHES = re.compile(r"\s?(?<!-)-{2,3}(?!-)\s?")
_STOPS = re.compile(r"([!?])[!?]+")
_DOMAINS = {"com", "org", "net", "edu", "gov", "io", "dev", "ai", "uk", "de", "fr", "eu", "us",
            "info", "app", "me", "co", "tv"}  # fmt: skip


def readable(sentence: str) -> str:
    """The sentence as words; what needs no change is left as it is."""
    text = _EMOTICON.sub(" ", sentence)
    text = _MAIL.sub(lambda m: f"{_spelled(m[1])} at {_spelled(m[2])}", text)
    text = _WEB.sub(_address, text)
    text = with_figures(_DASHES.sub(" \u2014 ", text))
    text = _PER.sub(lambda m: f" {_UNITS[m[1]]} per {_UNITS[m[2]]}", text)
    text = _PAGE.sub(lambda m: f"{_PAGES[m[1].casefold()]} ", text)
    text = _PERSON_BEFORE_NUMBER.sub(
        lambda m: "telephone " if m[1].casefold() == "tel" else "extension ", text
    )
    text = _TABLE.sub(_word(text), text)
    text = _SIGNS.sub(lambda m: _SYMBOLS[m[0]], text)
    # The phonemizer takes a fraction with a full stop behind it for a decimal.
    text = _FRACTION_AT_END.sub(r"\1 \2", text)
    text = _LONG_NUMBER.sub(lambda m: " ".join(m[0]), text)
    text = _RUN.sub(r"\1\1\1", text)
    return _STOPS.sub(r"\1", text)


def _word(text: str) -> Callable[[re.Match[str]], str]:
    """Keeps the full stop of an abbreviation at the end of the sentence."""

    def replace(match: re.Match[str]) -> str:
        ends = match[0].endswith(".") and match.end() == len(text.rstrip())
        return _WORDS[match[0].casefold()] + ("." if ends else "")

    return replace


def _address(match: re.Match[str]) -> str:
    """`www.example.com/a` as "example dot com slash a"; other words with full stops stay."""
    if match[1].rsplit(".", 1)[1].casefold() not in _DOMAINS:
        return match[0]
    path = "".join(f" slash {_spelled(part)}" for part in (match[2] or "").split("/") if part)
    return _spelled(match[1]) + path


def _spelled(name: str) -> str:
    named = name.replace(".", " dot ").replace("_", " underscore ").replace("-", " dash ")
    return named.replace("+", " plus ").replace("=", " equals ").replace("?", " ")
