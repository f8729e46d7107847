# ruff: noqa: E501, RUF001
"""Signs that are no letters: quotation marks, raised and lowered digits, fractions, symbols."""

import re
import unicodedata

from mediakit.speech.front_end.numerals import fraction, ordinal, small
from mediakit.speech.front_end.rules import Rule, is_after_article

_SYMBOLS = {
    "…": "...", "×": " times ", "÷": " divided by ", "±": " plus or minus ", "≈": " about ",
    "≤": " at most ", "≥": " at least ", "≠": " is not ", "→": ", ", "←": " ", "•": " ", "·": " ",
    "№": "number ", "©": " copyright ", "®": " ", "™": " ", "§": " section ", "¶": " paragraph ",
    "√": " the square root of ", "∞": " infinity ", "∑": " the sum of ", "∫": " the integral of ",
    "∆": " delta ", "¢": " cents ", "°": " degrees ", "†": " ", "‡": " ", "¬": " not ",
    "✓": " check ", "✔": " check ", "★": " star ", "☆": " star ", "♥": " love ", "❤": " love ",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "Δ": "delta", "ε": "epsilon",
    "θ": "theta", "λ": "lambda", "μ": "mu", "π": "pie", "ρ": "rho", "σ": "sigma", "Σ": "sigma",
    "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Ω": "omega",
}  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ", "0123456789+-()ni")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋₍₎", "0123456789+-()")
_UP = r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ]"
_SLASH = "\u2044"


def _compatible(match: re.Match[str]) -> str:
    """½ as `one half`, ① as 1, ℃ as °C."""
    sign = match[0]
    plain = unicodedata.normalize("NFKC", sign)
    above, slash, below = plain.partition(_SLASH)
    if slash and above.isdigit() and below.isdigit():
        return f" {fraction(int(above), int(below))} "
    if slash:
        return " one over "
    if unicodedata.category(sign) == "Nl":
        return f" {unicodedata.numeric(sign):g} "
    counts = unicodedata.category(sign) == "No" and plain.strip("().").isdigit()
    return f" {plain.strip('().')} " if counts else plain


def _power(match: re.Match[str]) -> str:
    """`x²`, `x^2`, `10⁻³`; a small number behind a long word is a footnote's mark."""
    base = match[1]
    if base.isalpha() and len(base) == 2:
        base = " ".join(base)
    power = match[2].translate(_RAISED).strip("^(){} ")
    is_footnote = "^" not in match[2] and len(base) > 2 and base.isalpha()
    if is_footnote:
        return base
    named = {"2": "squared", "3": "cubed"}.get(power)
    if named:
        return f"{base} {named}"
    words = power.replace("-", "minus ").replace("+", "plus ")
    if base.isdigit() and power.isdigit() and len(power) < 3:
        return f"{base} to the {ordinal(int(power))}"
    return f"{base} to the power of {small(int(power)) if words.isdigit() and len(words) < 4 else words}"


def _closing_inches(match: re.Match[str]) -> str:
    """`12"` are inches, unless an open quotation ends there."""
    opened = match.string.count('"', 0, match.start()) % 2 == 1
    alone = match[1] == "1" or is_after_article(match)
    return match[0] if opened else f"{match[1]} {'inch' if alone else 'inches'}"


INCHES: list[Rule] = [
    (re.compile(r"(?<![\w'’′])([3-8])['′’](1[01]|\d)(?![\w'’′\"”″]|\.\d)"), r"\1 feet \2"),
    (re.compile(r"""(?<!\w)(\d{1,2})['′’](?:\s?(\d{1,2})["″”])"""), r"\1 feet \2"),
    (re.compile(r"""(?<![\w"“.])(\d{1,6}(?:\.\d{1,6})?)(?:["]|″)(?!\w)"""), _closing_inches),
]

COMPATIBLE: list[Rule] = [
    (re.compile(r"(?<=\d)\s?(?=[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])"), " and "),
    (re.compile(r"[\u00bc-\u00be\u2150-\u215f\u2189\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u2160-\u2188℃℉㎏㎎㎝㎜㎞㎡㎥㏄℡№ﬀ-ﬆ]"), _compatible),
]  # fmt: skip
"""Numbers in one sign, and signs that stand for several."""

RAISED: list[Rule] = [
    (re.compile(r"[₀₁₂₃₄₅₆₇₈₉₊₋₍₎]{1,12}"), lambda m: m[0].translate(_LOWERED)),
    (re.compile(rf"(?<![\w^])((?:[A-Za-z]+|\d+))({_UP}{{1,6}}|\s?\^\s?[({{]?[-+]?\w{{1,4}}[)}}]?)"), _power),
    (re.compile(rf"(?<=\))({_UP}{{1,6}}|\^\w{{1,4}})"), lambda m: _power_of_bracket(m[1])),
    (re.compile(rf"{_UP}{{1,12}}"), " "),
    (re.compile(r"\^"), " "),
]  # fmt: skip
"""Raised and lowered digits."""

_ELIDED = r"(?:\d0s\b|tis\b|twas\b|em\b|cause\b|til\b|bout\b|round\b|n\b)"

QUOTES: list[Rule] = [
    (re.compile(r'["“”„‟«»‹›]+'), " "),
    (re.compile(rf"(?<![\w.,!?])['‘’‚](?!{_ELIDED})(?=\w)", re.I), " "),
    (re.compile(r"(?<![\w.,!?…)])['‘’](?=\d0s\b)"), ""),
    (re.compile(r"(?<=[^\Ws])['’](?![\w])(?<!in['’])"), " "),
    (re.compile(r"(?<=[.,!?…])['’](?!\w)"), " "),
    (re.compile(r"[\[\]{}<>`|\\_*]+"), " "),
]
"""A quotation mark has no sound, and stuck to a word it would hide it."""

SYMBOLS: list[Rule] = [
    (re.compile(r"(?<=\w)\s*=\s*(?=[\w(-])"), " equals "),
    (re.compile(r"(?<=[\w)])\s+\+\s+(?=[\w(])"), " plus "),
    (re.compile(r"(?<=\d)\+(?=\d)"), " plus "),
    (re.compile(r"(?<=\d)\+(?!\w)|(?<=\b[A-D])\+(?!\w)"), " plus"),
    (re.compile(r"(?<![\w+])[+](?=\d)"), "plus "),
    (re.compile(r"(?<![\w)\u2014-])[-\u2212](?=\d)"), "minus "),
    (re.compile(r"(?<=[\w)])\s?\u2212\s?(?=[\w(])"), " minus "),
    (re.compile(r"(?<!\w)~\s?(?=\d)"), "about "),
    (re.compile(r"(?<=\w)\s?&\s?(?=\w)"), lambda m: m[0] if m[0] == "&" else " and "),
    (re.compile(r"(?<=[^\W\d_])/(?=[^\W\d_])"), " "),
    (re.compile("|".join(map(re.escape, _SYMBOLS))), lambda m: _SYMBOLS[m[0]]),
]


def _power_of_bracket(power: str) -> str:
    plain = power.translate(_RAISED).strip("^")
    return {"2": " squared", "3": " cubed"}.get(plain, f" to the power of {plain}")


SPACES: list[Rule] = [
    (re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]"), " "),
    (re.compile(r"[\u2010\u2011\u2012]"), "-"),
    (re.compile(r"\u2015"), "\u2014"),
]
"""First of all."""

TIDY: list[Rule] = [
    (re.compile(r"([^\W\d_])\1{3,}"), r"\1\1\1"),
    (re.compile(r"([!?])[!?]+"), r"\1"),
    (re.compile(r"(?<=[a-z]) -(?=[a-z])"), " "),
    (re.compile(r"\s+"), " "),
    (re.compile(r" ([,.;:!?])"), r"\1"),
    (re.compile(r"([,;:])[,;:]+"), r"\1"),
]
"""Last of all."""
