"""Describes how a speaker sounds, whatever is said: by pitch and the mean spectrum of the voice."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mediakit.arrays import Floats
from mediakit.speech.match.world import RATE, Voiced

LOWEST_HZ, HIGHEST_HZ = 120.0, 7_000.0
"""The bands lie between them; what is higher depends on the microphone more than on the speaker."""
BANDS = 28
_QUIET_DB = 30.0
"""Voiced frames so much softer than the loud ones say more about the room than about the voice."""


@dataclass(frozen=True)
class VoicePrint:
    """A speaker's mean voice."""

    pitch: float
    """Median, in octaves above 1 Hz."""
    spread: float
    """How far the pitch moves, octaves: half the distance of its 16th and 84th percentiles."""
    bands: Floats
    """Mean level of each band in dB, relative to their mean."""

    def vector(self) -> Floats:
        """All numbers in a row."""
        return np.concatenate([[self.pitch, self.spread], self.bands])


def print_of(voice: Voiced) -> VoicePrint | None:
    """The print of one speaker's sound; None where hardly any of it is voiced."""
    power = voice.spectrum @ _filters(voice.spectrum.shape[1]).T
    level = 10 * np.log10(power.sum(axis=1) + 1e-12)
    voiced = voice.pitch_hz > 0
    if voiced.sum() < 50:
        return None
    voiced &= level > np.percentile(level[voiced], 95) - _QUIET_DB
    pitch = np.log2(voice.pitch_hz[voiced])
    low, middle, high = np.percentile(pitch, [16, 50, 84])
    bands = (10 * np.log10(power[voiced] + 1e-12)).mean(axis=0)
    return VoicePrint(float(middle), float(high - low) / 2, bands - bands.mean())


def band_centers_hz() -> Floats:
    """The middle of each band."""
    return _edges_hz()[1:-1]


def _edges_hz() -> Floats:
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, HIGHEST_HZ))
    return 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)


@lru_cache(maxsize=1)
def _filters(frequencies: int) -> Floats:
    """Triangles of equal area on the mel scale, bands x frequencies."""
    hz = np.linspace(0, RATE / 2, frequencies)
    edges = _edges_hz()
    rows = [
        np.interp(hz, edges[band : band + 3], [0.0, 1.0, 0.0], left=0, right=0)
        for band in range(BANDS)
    ]
    return np.array([row / row.sum() for row in rows])
