"""What a speech engine gives: sound with the times of its phones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono sound, full scale at +-1."""

SILENCE = "pau"
"""The phone of a pause."""


@dataclass(frozen=True)
class Phone:
    """A phone in ARPAbet (lower case, no stress mark; `pau` is a pause) and when it sounds."""

    phone: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Speech:
    """Sound and its phones, in order and without overlap, times from the first sample."""

    samples: Samples
    rate: int
    phones: list[Phone]

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate


class SpeechEngine(Protocol):
    """Speaks text piece by piece."""

    def pieces(self, text: str) -> list[str]:
        """Split a text into what is spoken in one breath; pieces without words are left out."""
        ...

    def say(self, piece: str, *, speed: float, seed: int) -> Speech:
        """Speak one piece."""
        ...


def shifted(phones: list[Phone], by_s: float) -> Iterator[Phone]:
    """The same phones, later by `by_s`."""
    return (Phone(p.phone, p.start_s + by_s, p.end_s + by_s) for p in phones)
