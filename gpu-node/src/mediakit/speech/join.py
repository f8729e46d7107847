"""Joins spoken pieces: each trimmed to its sound, with pauses of exact length between them."""

import math
from collections.abc import Iterable

import numpy as np
from scipy.signal import resample_poly

from mediakit.speech.speech import (
    SILENCE,
    Phone,
    Speech,
    Word,
    shifted,
    shifted_words,
)

LEAD_S = 0.24
"""Silence before the first and after the last word: the face needs a moment to begin and to end."""
_MARGIN_S = 0.03
_FADE_S = 0.008
_FLOOR = 10 ** (-45 / 20)
"""Below this share of the piece's loudest moment it counts as silence."""


def trimmed(speech: Speech) -> Speech:
    """The piece without the silence around it, its ends faded so that joins do not click."""
    hop = speech.rate // 200
    count = len(speech.samples) // hop
    envelope = np.abs(speech.samples[: count * hop]).reshape(count, hop).max(axis=1, initial=0)
    loud = np.flatnonzero(envelope > _FLOOR * envelope.max(initial=0))
    if len(loud) == 0:
        return Speech(speech.samples[:0], speech.rate, [], (), speech.pause_s)
    margin = int(_MARGIN_S * speech.rate)
    start = max(0, int(loud[0]) * hop - margin)
    end = min(len(speech.samples), (int(loud[-1]) + 1) * hop + margin)
    samples = speech.samples[start:end].copy()
    ramp = np.linspace(0, 1, int(_FADE_S * speech.rate), dtype=np.float32)
    samples[: len(ramp)] *= ramp
    samples[-len(ramp) :] *= ramp[::-1]
    first_s, last_s = start / speech.rate, end / speech.rate
    phones = _clipped(speech.phones, first_s, last_s)
    return Speech(
        samples, speech.rate, phones, _kept(speech.words, first_s, last_s), speech.pause_s
    )


def joined(pieces: Iterable[Speech], rate: int) -> Speech:
    """One speech at `rate` from pieces that were trimmed."""
    samples = [_silence(LEAD_S, rate)]
    phones = [Phone(SILENCE, 0.0, LEAD_S)]
    words: list[Word] = []
    at = len(samples[0])
    pause_s = 0.0
    for piece in pieces:
        samples.append(_silence(pause_s, rate))
        at += len(samples[-1])
        pause_s = piece.pause_s
        common = math.gcd(rate, piece.rate)
        sound = resample_poly(piece.samples, rate // common, piece.rate // common)
        phones.extend(shifted(piece.phones, at / rate))
        words.extend(shifted_words(piece.words, at / rate))
        samples.append(sound.astype(np.float32))
        at += len(sound)
    samples.append(_silence(LEAD_S, rate))
    at += len(samples[-1])
    return Speech(np.concatenate(samples), rate, _without_gaps(phones, at / rate), tuple(words))


def _silence(duration_s: float, rate: int) -> np.ndarray:
    return np.zeros(round(duration_s * rate), np.float32)


def _clipped(phones: list[Phone], first_s: float, last_s: float) -> list[Phone]:
    """The phones inside the time that was kept, from its start."""
    inside = (
        Phone(p.phone, max(p.start_s, first_s) - first_s, min(p.end_s, last_s) - first_s)
        for p in phones
        if p.end_s > first_s and p.start_s < last_s
    )
    return [p for p in inside if p.end_s > p.start_s]


def _kept(words: tuple[Word, ...], first_s: float, last_s: float) -> tuple[Word, ...]:
    """All words: none is lost, even if its sound was too soft to keep."""
    return tuple(
        Word(
            w.text,
            min(max(w.start_s, first_s), last_s) - first_s,
            min(max(w.end_s, first_s), last_s) - first_s,
        )
        for w in words
    )


def _without_gaps(phones: list[Phone], duration_s: float) -> list[Phone]:
    """Pauses where nothing sounds, pauses in a row made one; the last one ends with the sound."""
    whole: list[Phone] = []
    at = 0.0
    for phone in [*phones, Phone(SILENCE, duration_s, duration_s)]:
        if phone.start_s > at + 1e-6:
            _append(whole, Phone(SILENCE, at, phone.start_s))
        if phone.end_s > phone.start_s:
            _append(whole, phone)
        at = max(at, phone.end_s)
    return whole


def _append(phones: list[Phone], phone: Phone) -> None:
    if phones and phones[-1].phone == phone.phone == SILENCE:
        phones[-1] = Phone(SILENCE, phones[-1].start_s, phone.end_s)
    else:
        phones.append(phone)
