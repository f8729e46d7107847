"""Turns what a network says about the lengths of its symbols into phones and words with times."""

from dataclasses import dataclass

import numpy as np

from mediakit.arrays import Floats
from mediakit.speech.misaki import ARPABET, LENGTH, MARKS
from mediakit.speech.speech import SILENCE, Phone, Piece, Word
from mediakit.speech.word_times import written_words

TICK_S = 600 / 24_000
"""One unit of the networks' durations: 600 samples at 24 kHz."""
_WORD_GAP_S = 0.11
"""A shorter blank, with or without a comma, is the passage between two words, not a pause."""


@dataclass(frozen=True)
class Times:
    """Phones and words of a piece."""

    phones: list[Phone]
    words: tuple[Word, ...]


def times_of(piece: Piece, ticks: Floats, late_s: float) -> Times:
    """Times of a piece, all of whose symbols the network knows.

    ticks: one per symbol, with a silent mark before and one after them. late_s: by how much the
    durations lag behind the sound.
    """
    if len(ticks) != len(piece.spoken) + 2:
        raise ValueError(f"{len(ticks)} durations for {len(piece.spoken)} symbols")
    ends = np.cumsum(ticks) * TICK_S
    ends[:-1] = np.maximum(ends[:-1] - late_s, TICK_S)
    said = [Word(w.text, float(ends[w.start]), float(ends[w.end])) for w in piece.words]
    phones = _without_word_gaps(_phones(piece.spoken, ends))
    return Times(phones, written_words(piece.text, said))


def _phones(symbols: str, ends: Floats) -> list[Phone]:
    phones: list[Phone] = []
    start = 0.0
    for symbol, end in zip([" ", *symbols, " "], ends.tolist(), strict=True):
        if symbol in MARKS:
            continue
        phone = ARPABET[symbol][0] if symbol in ARPABET else SILENCE
        goes_on = symbol == LENGTH or phone == SILENCE == (phones[-1].phone if phones else "")
        if goes_on and phones:
            phones[-1] = Phone(phones[-1].phone, phones[-1].start_s, end)
        else:
            phones.append(Phone(phone, start, end))
        start = end
    return phones


def _without_word_gaps(phones: list[Phone]) -> list[Phone]:
    """Blanks too short for a pause belong to the phone before."""
    kept: list[Phone] = []
    for phone in phones:
        if kept and phone.phone == SILENCE and phone.end_s - phone.start_s < _WORD_GAP_S:
            kept[-1] = Phone(kept[-1].phone, kept[-1].start_s, phone.end_s)
        else:
            kept.append(phone)
    return kept
