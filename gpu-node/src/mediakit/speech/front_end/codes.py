# ruff: noqa: E501, RUF001
"""Numbers that are names: telephones, postal codes, versions, products, formulas, rooms."""

import re

from mediakit.speech.front_end.numerals import DIGITS, paired, spelled_digits
from mediakit.speech.front_end.rules import Rule

_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
    "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey",
    "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah",
    "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia",
    "WI": "Wisconsin", "WY": "Wyoming", "DC": "D.C",
}  # fmt: skip
_STATE = "|".join(_STATES)
_SURE_STATE = "|".join(
    sorted(
        set(_STATES)
        - {"IN", "OR", "OK", "ME", "HI", "MA", "PA", "ID", "DE", "AL", "LA", "MS", "CO", "MD"}
    )
)
_ROOMS = ("Room|Flight|Highway|Interstate|Route|Apartment|Apt|Suite|Bus|Gate|Channel|Area|Unit|"
          "Extension|Model|Boeing|Airbus|Peugeot|Section|Hall|Cabin|Locker|Bay")  # fmt: skip
_SOFTWARE = "[Vv]ersion|[Rr]elease|[Pp]ython|Node|[Uu]buntu|iOS|Android|Windows|Java|Ruby|Go|PHP|v"
_SEGMENT = re.compile(r"[A-Za-z]+|\d+|-")
_VOWEL = re.compile(r"[aeiouy]", re.I)


def letters(text: str) -> str:
    """Each letter by its name."""
    return ".".join(text.upper())


def _named(m: re.Match[str]) -> str:
    """`i7-9700K` as "I seven ninety seven hundred K", `COVID-19` as "COVID 19"."""
    parts = _SEGMENT.findall(m[0])
    words: list[str] = []
    for number, part in enumerate(parts):
        if part == "-":
            continue
        if part.isdigit():
            words.append(_digits(part))
        else:
            words.append(_word(part, number == 0))
    return " ".join(words)


def _digits(part: str) -> str:
    if part[0] == "0" or len(part) > 4:
        return " ".join(DIGITS[int(digit)] for digit in part)
    return paired(part)


def _word(part: str, first: bool) -> str:
    """Letters that can be a word stay one."""
    is_word = len(part) > 2 and _VOWEL.search(part) and (not part.isupper() or len(part) > 3)
    return part if is_word or (part.islower() and len(part) > 3 and not first) else letters(part)


def _is_ordinary(text: str) -> bool:
    return re.fullmatch(r"\d{1,12}(?:st|nd|rd|th|s|ish|x)", text, re.I) is not None


def _mixed(m: re.Match[str]) -> str:
    return m[0] if _is_ordinary(m[0]) else _named(m)


def _zip(m: re.Match[str]) -> str:
    return f"{_STATES[m[1]]} {spelled_digits(m[2])}"


def _piece(m: re.Match[str]) -> str:
    return m[0] + " " if m[0].isdigit() else letters(m[0])


TELEPHONES: list[Rule] = [
    (re.compile(r"\bISBN(?:-1[03])?:?\s?(\d[\d-]{8,16}[\dX])\b"),
     lambda m: f"ISBN {spelled_digits(m[1])}{' X' if m[1].endswith('X') else ''}"),
    # Telephone numbers: with a country, in groups behind brackets, or named as such.
    (re.compile(r"(?<!\w)\+(\d{1,3}(?:[ .-]?\(?\d{2,4}\)?){2,5})(?!\w)"),
     lambda m: "plus " + spelled_digits(m[1])),
    (re.compile(r"(?<![\w.-])(1-\d{3}-\d{3}-\d{4}|\(\d{3}\)\s?\d{3}-\d{4}|\d{3}([-.])\d{3}\2\d{4}|\d{3}-\d{4}|0\d{2,4}[ -]\d{3,4}[ -]\d{3,4})(?![\w-]|\.\d)"),
     lambda m: spelled_digits(m[1])),
    (re.compile(r"\b((?:tele)?phone|tel|call|dial|fax)(\.?:?\s)(\d{2,5}(?:[ -]\d{2,5}){1,4}|\d{3})(?!\w|,\d| [a-z]{3,12}s\b)", re.I),
     lambda m: f"{'telephone ' if m[1].casefold() == 'tel' else m[1] + m[2]}{spelled_digits(m[3])}"),
    (re.compile(r"(?<![\w.,-])(\d{3}-\d\d-\d{4}|(?:\d{4}[ -]){3}\d{4})(?![\w-])"),
     lambda m: spelled_digits(m[1])),
]  # fmt: skip
"""Before anything else takes their digits."""

RULES: list[Rule] = [
    (re.compile(rf"\b({_STATE}),? (\d{{5}}(?:-\d{{4}})?)(?!\d|[,-]\d)"), _zip),
    (re.compile(rf"(?<=[a-z], )({_SURE_STATE})\b(?!\.\w)"), lambda m: _STATES[m[1]]),
    (re.compile(r"\b((?:zip|postal|post)(?: ?codes?)?:? )(\d{5}(?:-\d{4})?)(?!\d|,\d)", re.I),
     lambda m: m[1] + spelled_digits(m[2])),
    (re.compile(r"(?<=[a-z] )(\d{5})(?=\s*(?:[,.!?]|$)(?!\d))(?<!00)"), lambda m: spelled_digits(m[1])),
    (re.compile(r"\b([A-Z]{1,2})(\d[A-Z\d]?) (\d)([A-Z]{2})\b"),
     lambda m: f"{letters(m[1])} {_SEGMENT.sub(_piece, m[2])} {m[3]} {letters(m[4])}"),
    (re.compile(r"(?<![\w.,])([vV]?)(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?![\w.]\d)"),
     lambda m: ("version " if m[1] else "") + " point ".join(part for part in m.groups()[1:] if part)),
    (re.compile(rf"\b({_SOFTWARE}) ?(\d{{1,4}})\.(\d{{1,4}})\b(?!\.\d)"),
     lambda m: f"{'version' if m[1] == 'v' else m[1]} {m[2]} point {m[3]}"),
    (re.compile(r"\b[vV](\d{1,4})\b"), r"version \1"),
    (re.compile(rf"\b({_ROOMS})(\.? )(\d{{3}})\b(?![,.]\d)"),
     lambda m: f"{m[1]}{m[2]}{paired(m[3])}"),
    (re.compile(r"(?<![\w.,:/-])(0\d{1,12}|911|999|112)(?![\w:/-]|[.,]\d)"),
     lambda m: spelled_digits(m[1])),
    (re.compile(r"(?<![\w.,])\d{16,}(?!\w)"), lambda m: spelled_digits(m[0])),
    # Letters and digits in one: products, formulas, codes.
    (re.compile(r"(?<![\w.'’/-])(?=[\w-]{0,30}\d)(?=[\d-]{0,30}[A-Za-z])(?!\d{1,9}-[A-Za-z]{3}|\d{1,9}(?:st|nd|rd|th)-|\d{1,6}x\d)[A-Za-z\d]{1,24}(?:-[A-Za-z\d]{1,24}){0,4}(?![\w'’]|-\w)"), _mixed),
]  # fmt: skip
