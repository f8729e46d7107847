"""Lays music under speech: it gives way while somebody speaks."""

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import lfilter

from mediakit.arrays import Floats, Samples
from mediakit.sound.loudness import RATE, limited, normalized

_MUSIC_DB = -7.0
"""Music in pauses beside speech, as RMS."""
DUCK_DB = 13.0
"""How much less there is under speech."""
_STEP = RATE // 100
_SPEECH_DB = -26.0
"""From this level below the speech's own on, somebody speaks."""
_AHEAD, _HOLD = 0.12, 0.2
"""Music leaves so many seconds before the first sound and stays away so long after the last."""
_RETURN_S = 0.3
_HEADROOM = 10 ** (-1.2 / 20)


def under_speech(speech: Samples, music: Samples, duck_db: float = DUCK_DB) -> Samples:
    """Both at 48 kHz and of one length, together at -16 LUFS with peaks of at most -1 dBFS."""
    loud = _loud(speech)
    if loud == 0:
        return normalized(music)
    own = np.sqrt(np.mean(music**2)) or 1.0
    level = music * np.float32(loud * 10 ** (_MUSIC_DB / 20) / own)
    gain = 10 ** (-duck_db * _presence(speech, loud) / 20)
    fine = np.interp(np.arange(len(speech)), np.arange(len(gain)) * _STEP + _STEP / 2, gain)
    return normalized((speech + level * fine).astype(np.float32))


def with_headroom(sound: Samples) -> Samples:
    """The sound with peaks so low that they stay below -1 dBFS when AAC or Opus, which draw curves
    anew, are decoded.
    """
    return limited(sound / _HEADROOM) * np.float32(_HEADROOM)


def _presence(speech: Samples, loud: float) -> Floats:
    """Per hundredth of a second, 0..1: how much the music gives way."""
    spoken = (_levels(speech) > loud * 10 ** (_SPEECH_DB / 20)).astype(np.float64)
    reach = round((_AHEAD + _HOLD) * 100)
    # The window lies so that it sees more of what has been than of what comes.
    shift = round((_HOLD - _AHEAD) * 100) // 2
    held = maximum_filter1d(spoken, reach + 1, origin=shift)
    away = uniform_filter1d(held, round(_AHEAD * 100))
    slow = 1 - np.exp(-1 / (_RETURN_S * 100))
    # Back by a slow filter, away at once: whichever is larger.
    return np.maximum(away, lfilter([slow], [1, slow - 1], away))


def _levels(sound: Samples) -> Floats:
    padded = np.pad(sound, (0, -len(sound) % _STEP)).reshape(-1, _STEP)
    return np.sqrt((padded.astype(np.float64) ** 2).mean(axis=1))


def _loud(speech: Samples) -> float:
    """RMS of the louder half of a second's hundredths: speech without its pauses."""
    levels = _levels(speech)
    spoken = levels[levels > 1e-4]
    return float(np.sqrt(np.mean(np.sort(spoken)[len(spoken) // 2 :] ** 2))) if len(spoken) else 0.0
