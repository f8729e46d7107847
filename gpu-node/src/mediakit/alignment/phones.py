"""Engine `phones`: the mouth from the times of the phones."""

import numpy as np

from mediakit.alignment.track import (
    STEP_S,
    Curve,
    VisemeTrack,
    at_frames,
    frame_count,
    level,
    smoothed,
)
from mediakit.alignment.visemes import CLOSED, NARROW, REST, UNKNOWN, VISEMES
from mediakit.arrays import Samples
from mediakit.speech.speech import Phone

_SMOOTH_S = 0.09
_WIDTH_SMOOTH_S = 0.13
"""Lips change their shape more slowly than the jaw its height."""
_TOUCH_S = 0.045
"""Lips stay together at least this long, so that a frame of 40 ms shows it."""
_RELEASE_S = 0.05


def plan(samples: Samples, rate: int, phones: list[Phone]) -> VisemeTrack:
    """The track of speech whose phones are known."""
    loud = level(samples, rate)
    opening, width = _targets(phones, len(loud))
    opening = smoothed(opening, _SMOOTH_S) * _emphasis(loud)
    opening = np.minimum(opening, _ceiling(phones, len(loud)))
    frames = frame_count(len(samples) / rate)
    return VisemeTrack(
        method="phones",
        open=np.clip(at_frames(opening, frames), 0, 1),
        width=at_frames(smoothed(width, _WIDTH_SMOOTH_S), frames),
        phones=phones,
    )


def _targets(phones: list[Phone], steps: int) -> tuple[Curve, Curve]:
    opening, width = np.full(steps, REST.open), np.full(steps, REST.width)
    for phone in phones:
        mouths = VISEMES.get(phone.phone, (UNKNOWN,))
        edges = np.linspace(phone.start_s, phone.end_s, len(mouths) + 1) / STEP_S
        for mouth, start, end in zip(mouths, edges[:-1], edges[1:], strict=True):
            part = slice(round(start), round(end))
            opening[part], width[part] = mouth.open, mouth.width
    return opening, width


def _emphasis(loud: Curve) -> Curve:
    """Loud syllables open further, and nothing opens in silence."""
    voiced = np.clip((loud - 0.15) / 0.25, 0, 1)
    return smoothed(voiced * (0.7 + 0.4 * loud), 0.06)


def _ceiling(phones: list[Phone], steps: int) -> Curve:
    """How far the lips may open at most: together for m, b, p, nearly so for f, v."""
    times = (np.arange(steps) + 0.5) * STEP_S
    ceiling = np.ones(steps)
    for phone in phones:
        if phone.phone not in CLOSED | NARROW:
            continue
        middle = (phone.start_s + phone.end_s) / 2
        reach = max(phone.end_s - phone.start_s, _TOUCH_S) / 2
        away = np.clip((np.abs(times - middle) - reach) / _RELEASE_S, 0, 1)
        floor = 0.0 if phone.phone in CLOSED else 0.12
        ceiling = np.minimum(ceiling, floor + (1 - floor) * away)
    return ceiling
