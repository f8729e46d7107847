"""Brings speech to -16 LUFS (ITU-R BS.1770, mono) with peaks of at most -1 dBFS."""

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.signal import fftconvolve, lfilter

from gpu_node.engines.speech.speech import Samples

RATE = 48_000
"""The filters below are for this rate only."""
TARGET_LUFS = -16.0
PEAK = 10 ** (-1 / 20)

# Head filter and high pass of BS.1770, coefficients as printed there for 48 kHz.
_HEAD = (
    [1.53512485958697, -2.69169618940638, 1.19839281085285],
    [1.0, -1.69065929318241, 0.73248077421585],
)
_HIGH_PASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
_BLOCK, _HOP = RATE * 4 // 10, RATE // 10
_LOOK_S = 0.005


def loudness_lufs(samples: Samples) -> float:
    """Integrated loudness with the absolute (-70) and the relative (-10) gate; -inf for silence."""
    headed = lfilter(*_HEAD, samples.astype(np.float64))
    weighted = np.asarray(lfilter(*_HIGH_PASS, headed), np.float64)
    if len(weighted) < _BLOCK:
        weighted = np.pad(weighted, (0, _BLOCK - len(weighted)))
    energy = np.concatenate([[0.0], np.cumsum(weighted**2)])
    starts = np.arange(0, len(weighted) - _BLOCK + 1, _HOP)
    power = (energy[starts + _BLOCK] - energy[starts]) / _BLOCK
    power = power[power > _power(-70)]
    if len(power) == 0:
        return float("-inf")
    return _lufs(power[power > _power(_lufs(power.mean()) - 10)].mean())


def normalized(samples: Samples) -> Samples:
    """The same speech at the target loudness; silence stays silence."""
    level = loudness_lufs(samples)
    if not np.isfinite(level):
        return samples
    return limited(samples * np.float32(10 ** ((TARGET_LUFS - level) / 20)))


def limited(samples: Samples) -> Samples:
    """Turn the sound down smoothly where it would pass the peak."""
    reach = int(RATE * _LOOK_S)
    over = np.maximum(np.abs(samples) / PEAK, 1.0)
    if over.max() == 1.0:
        return samples
    # Widest first, then smoothed by a window no wider: the smooth curve never lies below the need.
    held = maximum_filter1d(over, 2 * reach + 1)
    window = np.hanning(2 * reach + 3)[1:-1]
    smooth = fftconvolve(np.pad(held, reach, mode="edge"), window / window.sum(), mode="valid")
    gain = 1 / np.maximum(smooth, 1.0)
    return np.clip(samples * gain, -PEAK, PEAK).astype(np.float32)


def _lufs(power: float) -> float:
    return float(-0.691 + 10 * np.log10(power))


def _power(lufs: float) -> float:
    return 10 ** ((lufs + 0.691) / 10)
