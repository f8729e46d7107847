# ruff: noqa: RUF001
"""Splits text into sentences, and sentences that are too long for one breath into halves."""

import re
from dataclasses import dataclass

from mediakit.speech.front_end.abbreviations import ABBREVIATIONS

SENTENCE_PAUSE_S = 0.32
PARAGRAPH_PAUSE_S = 0.6

_PARAGRAPH = re.compile(r"(?<!\s)\s*\n\s*")
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=\S)")
_CLAUSE = re.compile(r"(?<=[,;:—–)])\s+|(?<!\s)\s+(?=[(—–])")
_SPACE = re.compile(r"\s+")
_INITIAL = re.compile(r"(?:^|[\s(\"'“‘.])[A-Z]\.$")
_STARTER = re.compile(
    r"(?:The|This|That|These|Those|It|He|She|We|They|You|I|In|On|At|But|And|So|If|When|As|For|My|"
    r"Our|Your|Then|There|Here|What|Why|How)\b"
)
"""Behind an initial, only such a word begins a sentence: `J. Rowling`, `the U.S. Army`."""
_LAST_WORD = re.compile(r"(?<!\S)\S+$")
_OPENING = "(\"'“‘["


@dataclass(frozen=True)
class Sentence:
    """A sentence as written, and the silence that belongs after it."""

    text: str
    pause_s: float


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text; a line break ends one, too."""
    found: list[Sentence] = []
    for paragraph in _PARAGRAPH.split(text.strip()):
        parts = _split(paragraph)
        found += [Sentence(part, SENTENCE_PAUSE_S) for part in parts[:-1]]
        found += [Sentence(part, PARAGRAPH_PAUSE_S) for part in parts[-1:]]
    return [sentence for sentence in found if re.search(r"\w", sentence.text)]


def halves(text: str) -> tuple[str, str]:
    """Cut near the middle: behind a comma or the like, else between words, else anywhere."""
    for pattern, share in ((_CLAUSE, 0.25), (_SPACE, 0.02)):
        cuts = [
            match
            for match in pattern.finditer(text)
            if share * len(text) < match.start() < (1 - share) * len(text)
        ]
        if cuts:
            best = min(cuts, key=lambda cut: abs(cut.start() - len(text) / 2))
            return text[: best.start()], text[best.end() :]
    middle = (len(text) + 1) // 2
    return text[:middle], text[middle:]


def _split(paragraph: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for end in _END.finditer(paragraph):
        if _ends_sentence(paragraph[: end.start()], paragraph[end.end() :]):
            parts.append(paragraph[start : end.end()].strip())
            start = end.end()
    return [*parts, paragraph[start:].strip()]


def _ends_sentence(before: str, after: str) -> bool:
    """Whether a full stop between them is one: not after `Dr.`, `J.`, or before a small letter."""
    if after[0].islower():
        return False
    last = _LAST_WORD.search(before)
    if last is None or not before.endswith("."):
        return True
    word = last[0].lstrip(_OPENING)
    binds = ABBREVIATIONS.get(word.casefold())
    if binds == "name" or _INITIAL.search(before):
        return _STARTER.match(after) is not None
    return binds is None or not (binds == "always" or (after[0].isdigit() and binds == "number"))
