"""Numbers as words, and Roman numerals as numbers."""

import re

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
          "eighteen", "nineteen")  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_IRREGULAR = {"one": "first", "two": "second", "three": "third", "five": "fifth",
              "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}  # fmt: skip
_PARTS = {2: "half", 4: "quarter"}
ROMAN = r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})|C(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
"""1 to 199; never empty, so that it is no part of a word that begins with one of its letters."""
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def small(number: int) -> str:
    """0 to 999 as words."""
    if number < 10:
        return DIGITS[number]
    if number < 20:
        return _TEENS[number - 10]
    if number < 100:
        rest = f" {DIGITS[number % 10]}" if number % 10 else ""
        return _TENS[number // 10] + rest
    rest = f" {small(number % 100)}" if number % 100 else ""
    return f"{DIGITS[number // 100]} hundred{rest}"


def ordinal(number: int) -> str:
    """`twenty first`, up to 999."""
    *head, last = small(number).split()
    changed = _IRREGULAR.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return " ".join([*head, changed])


def counted(digits: str) -> str:
    """Digits that are read as an amount and never as a year."""
    plain = digits.replace(",", "")
    return f"{plain[0]},{plain[1:]}" if len(plain) == 4 and plain.isdigit() else digits


def spelled_digits(text: str) -> str:
    """Digit by digit, with a short pause where they are grouped."""
    groups = re.findall(r"\d+", text)
    return ", ".join(" ".join(DIGITS[int(digit)] for digit in group) for group in groups)


def paired(digits: str) -> str:
    """As names of rooms and products are read: `three twenty`, `one oh one`, `ninety seven`."""
    if len(digits) != 3 or digits[0] == "0" or digits.endswith("00"):
        return digits
    low = int(digits[1:])
    tail = f"oh {DIGITS[low]}" if low < 10 else small(low)
    return f"{DIGITS[int(digits[0])]} {tail}"


def fraction(above: int, below: int) -> str:
    """`three quarters`."""
    if below == 2 and above > 1:
        return f"{small(above)} halves"
    part = _PARTS.get(below) or ordinal(below)
    return f"{small(above)} {part}" + ("" if above == 1 else "s")


def roman(numeral: str) -> int:
    """The number that a well-formed numeral stands for."""
    values = [_VALUES[letter] for letter in numeral.upper()]
    return sum(
        -value if value < max(values[i + 1 :], default=0) else value
        for i, value in enumerate(values)
    )
