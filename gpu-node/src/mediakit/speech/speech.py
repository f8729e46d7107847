"""What a speech engine gives: sound with the times of its phones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol, TypedDict

from mediakit.arrays import Samples


class Voice(TypedDict):
    """A voice that an engine has."""

    name: str
    language: str
    sex: str


SILENCE = "pau"
"""The phone of a pause."""


@dataclass(frozen=True)
class Phone:
    """A phone in ARPAbet (lower case, no stress mark; `pau` is a pause) and when it sounds."""

    phone: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Word:
    """A word as it was written, its punctuation included, and when it is said."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Speech:
    """Sound with its phones and words, each in order and without overlap; times from the first
    sample."""

    samples: Samples
    rate: int
    phones: list[Phone]
    words: tuple[Word, ...] = ()
    """Empty where the engine does not know them."""
    pause_s: float = 0.0
    """Silence that belongs after it."""

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate


@dataclass(frozen=True)
class SpokenWord:
    """A word as it is read aloud ("fifth" for "5th") and its place among the piece's symbols."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """What is spoken in one breath."""

    text: str
    """As it was written."""
    spoken: str
    """What the engine is given: phoneme symbols, or words."""
    pause_s: float
    """Silence that belongs after it."""
    words: tuple[SpokenWord, ...] = ()


def never_canceled() -> None:
    """For speech that nobody will cancel."""


class SpeechEngine(Protocol):
    """Speaks text piece by piece."""

    def pieces(self, text: str) -> list[Piece]:
        """Split a text into what is spoken in one breath; pieces without words are left out."""
        ...

    def say(
        self,
        piece: Piece,
        *,
        speed: float,
        seed: int,
        check_canceled: Callable[[], None] = never_canceled,
    ) -> Speech:
        """Speak one piece; calls `check_canceled` every few tenths of a second, from any thread,
        and ends with what it raises."""
        ...


def shifted(phones: list[Phone], by_s: float) -> Iterator[Phone]:
    """The same phones, later by `by_s`."""
    return (Phone(p.phone, p.start_s + by_s, p.end_s + by_s) for p in phones)


def shifted_words(words: tuple[Word, ...], by_s: float) -> Iterator[Word]:
    """The same words, later by `by_s`."""
    return (replace(w, start_s=w.start_s + by_s, end_s=w.end_s + by_s) for w in words)
