"""Moves the pitch and the mean spectrum of speech toward a speaker's."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mediakit.arrays import Floats, Samples
from mediakit.speech.match.voice_print import HIGHEST_HZ, VoicePrint, band_centers_hz
from mediakit.speech.match.world import RATE, Voiced, analyzed, put_together

_MOST_OCTAVES = 0.4
"""More makes a voice unnatural."""
_MOST_DB = 9.0
_MOST_SPREAD = 1.5


@dataclass(frozen=True)
class Shift:
    """What is done to every piece alike, so that a text sounds as spoken by one person."""

    middle: float
    """Median pitch of the speech as it is, octaves above 1 Hz."""
    octaves: float
    spread: float
    """Factor by which the pitch moves more around its middle."""
    bands_db: Floats

    @classmethod
    def between(cls, spoken: VoicePrint, wanted: VoicePrint) -> "Shift":
        """The shift from one voice to another, within what a voice bears."""
        return cls(
            spoken.pitch,
            float(np.clip(wanted.pitch - spoken.pitch, -_MOST_OCTAVES, _MOST_OCTAVES)),
            float(np.clip(wanted.spread / spoken.spread, 1 / _MOST_SPREAD, _MOST_SPREAD)),
            np.clip(_smooth(wanted.bands - spoken.bands), -_MOST_DB, _MOST_DB),
        )

    def applied(self, samples: Samples, check_canceled: Callable[[], None]) -> Samples:
        """The same speech, as long as before, shifted."""
        if len(samples) == 0:
            return samples
        voice = analyzed(samples, check_canceled)
        pitch = voice.pitch_hz.copy()
        sounds = pitch > 0
        moved = (np.log2(pitch[sounds]) - self.middle) * self.spread
        pitch[sounds] = 2 ** (self.middle + self.octaves + moved)
        gain = 10 ** (self._gain_db(voice.spectrum.shape[1]) / 10)
        like = Voiced(pitch, voice.spectrum * gain, voice.times_s)
        return put_together(samples, voice, like, check_canceled)

    def _gain_db(self, frequencies: int) -> Floats:
        """By frequency; what is above the bands goes back to 0."""
        hz = np.linspace(0, RATE / 2, frequencies)
        centers = [*band_centers_hz(), HIGHEST_HZ * 1.4]
        return np.interp(hz, centers, [*self.bands_db, 0.0])


def _smooth(bands: Floats) -> Floats:
    """Without the ripple that the words of a short clip leave."""
    padded = np.pad(bands, 1, mode="edge")
    return (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
