# ruff: noqa: RUF001
"""Words with two sounds: their neighbors decide which one is meant, else the tagger does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mediakit.speech.heteronym_frames import (
    DETERMINERS,
    LEADS_TO_NOUN,
    MODALS,
    PAIRS,
    PRONOUNS,
    SINGULAR,
)
from mediakit.speech.heteronym_table import SENSES, Sense

_REACH = 8
"""Neighbors within so many words."""


@dataclass(frozen=True)
class _Place:
    """A word among the words of its sentence, all in small letters."""

    words: Sequence[str]
    at: int

    def before(self, by: int = 1) -> str:
        return self.words[self.at - by] if self.at >= by else ""

    @property
    def after(self) -> str:
        return self.words[self.at + 1] if self.at + 1 < len(self.words) else ""

    @property
    def near(self) -> set[str]:
        return set(self.words[max(0, self.at - _REACH) : self.at + _REACH + 1])


def settle(tokens: list[Any]) -> None:
    """Give the phonemizer's tokens the tag, or the phonemes, of the sense that is meant."""
    words = [token.text.casefold().replace("’", "'") for token in tokens]
    spoken = [i for i, word in enumerate(words) if word[:1].isalnum() or word[:1] == "'"]
    line = [words[i] for i in spoken]
    for at, i in enumerate(spoken):
        place, token = _Place(line, at), tokens[i]
        if token.phonemes is None:
            _settle_one(token, place)


def _settle_one(token: Any, place: _Place) -> None:
    word = place.words[place.at]
    if token.text == "A" and _is_letter(place):
        token.phonemes = "ˈA"
    elif token.text == "Am" and place.at > 0:
        token.phonemes = "ˈæm"
    elif token.text == "Polish" and place.at == 0 and place.after in DETERMINERS:
        token.text = "polish"
    reading = _reading(word, place)
    if reading is None:
        return
    if reading.isupper():
        token.tag = _TAGS[reading]
    else:
        token.phonemes = reading


_TAGS = {"VERB": "VB", "NOUN": "NN", "ADJ": "JJ", "PAST": "VBD", "DEFAULT": "RB"}


def _reading(word: str, place: _Place) -> str | None:
    """What decides: a row of the table of senses, else the words right before."""
    for sense in SENSES.get(word, ()):
        if _fits(sense, place):
            return sense.reading
    return _by_frame(word, place) if word in PAIRS else None


def _fits(sense: Sense, place: _Place) -> bool:
    tests: list[tuple[frozenset[str], Callable[[frozenset[str]], bool]]] = [
        (sense.before, lambda words: place.before() in words),
        (sense.before2, lambda words: place.before(2) in words),
        (sense.after, lambda words: place.after in words),
        (sense.near, lambda words: not words.isdisjoint(place.near)),
        (sense.unless_before, lambda words: place.before() not in words),
        (sense.unless_after, lambda words: place.after not in words),
    ]
    return all(test(words) for words, test in tests if words)


def _by_frame(word: str, place: _Place) -> str | None:
    before, verb, noun = place.before(), *PAIRS[word]
    if before == "to" and place.before(2) in LEADS_TO_NOUN:
        return None
    plural = word.endswith("s") and word[:-1] in PAIRS
    if before in MODALS or before in (SINGULAR if plural else PRONOUNS):
        return verb if place.before(2) not in ("are", "were", "is", "was") else None
    return noun if noun and before in DETERMINERS else None


def _is_letter(place: _Place) -> bool:
    """`A 4`, `vitamin A`, `A and B`: no article."""
    after = place.after
    if not after or after[0].isdigit() or after in ("and", "or", "to", "is", "was", "one", "two"):
        return True
    return place.before() in ("vitamin", "plan", "grade", "hepatitis", "type", "group", "option")
