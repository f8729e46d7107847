"""The front end: a sentence as it is written becomes the words that a person reads."""

import re

from mediakit.speech.front_end import (
    abbreviations,
    amounts,
    codes,
    dates,
    measures,
    money,
    romans,
    signs,
    web,
)
from mediakit.speech.front_end.capitals import with_words
from mediakit.speech.front_end.rules import Rule, applied

_FIRST: list[Rule] = [
    (re.compile(r"(?<!\S)[:;=8][-o^']?[)(DPpOo/\\|\]\[](?!\w)"), " "),
    (re.compile(r"(?<=[^\s-])\s?--{1,2}(?!-)\s?"), " \u2014 "),
]
TABLE: list[Rule] = [
    *signs.SPACES, *_FIRST, *signs.COMPATIBLE, *web.RULES, *signs.INCHES, *amounts.SCIENTIFIC,
    *codes.TELEPHONES, *money.GROUPS, *money.MONEY,
    *dates.RULES, *romans.RULES, *measures.RULES, *signs.RAISED, *abbreviations.RULES,
    *codes.RULES, *amounts.RULES, *signs.QUOTES, *signs.SYMBOLS,
]  # fmt: skip
"""In this order: what is more particular comes first."""


def readable(sentence: str) -> str:
    """The sentence as words and plain numbers; what needs no change is left as it is."""
    return applied(signs.TIDY, with_words(applied(TABLE, sentence))).strip()
