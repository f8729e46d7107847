"""Takes speech apart into pitch, spectrum and breath with WORLD (pyworld), and puts it together.

M. Morise, F. Yokomori, K. Ozawa, "WORLD: a vocoder-based high-quality speech synthesis system for
real-time applications", 2016. Every step takes less than a tenth of the sound's length, so that a
caller can stop between them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mediakit.arrays import Floats, Samples

RATE = 24_000
FRAME_MS = 5.0
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 500.0


@dataclass(frozen=True)
class Voiced:
    """Speech by frames of FRAME_MS."""

    pitch_hz: Floats
    """0 where the voice does not sound."""
    spectrum: Floats
    """Power, frames x frequencies; the last one is half of RATE."""
    times_s: Floats


def analyzed(samples: Samples, check_canceled: Callable[[], None]) -> Voiced:
    """Pitch and spectrum of mono sound at RATE."""
    import pyworld

    sound = samples.astype(np.float64)
    rough, times = pyworld.dio(
        sound, RATE, f0_floor=_LOWEST_HZ, f0_ceil=_HIGHEST_HZ, frame_period=FRAME_MS
    )
    pitch = pyworld.stonemask(sound, rough, times, RATE)
    check_canceled()
    spectrum = pyworld.cheaptrick(sound, pitch, times, RATE)
    check_canceled()
    return Voiced(pitch, spectrum, times)


def put_together(
    samples: Samples, shape: Voiced, like: Voiced, check_canceled: Callable[[], None]
) -> Samples:
    """The sound `samples`, which `shape` was taken from, with the pitch and spectrum of `like`; its
    breath and its length stay."""
    import pyworld

    breath = pyworld.d4c(samples.astype(np.float64), shape.pitch_hz, shape.times_s, RATE)
    check_canceled()
    sound = pyworld.synthesize(like.pitch_hz, like.spectrum, breath, RATE, FRAME_MS)
    check_canceled()
    whole = np.zeros(len(samples), np.float32)
    whole[: len(sound)] = sound[: len(samples)]
    return whole
