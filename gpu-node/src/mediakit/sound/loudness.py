"""Brings speech to -16 LUFS (ITU-R BS.1770, mono) with peaks of at most -1 dBFS."""

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import sosfilt

from mediakit.arrays import Floats, Samples

RATE = 48_000
"""The filters below are for this rate only."""
TARGET_LUFS = -16.0
PEAK = 10 ** (-1 / 20)

_WEIGHTING = np.array([
    [1.53512485958697, -2.69169618940638, 1.19839281085285,
     1.0, -1.69065929318241, 0.73248077421585],
    [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
])  # fmt: skip
"""Head filter and high pass of BS.1770 as second-order sections, as printed there for 48 kHz."""
_HOP = RATE // 10
_HOPS_PER_BLOCK = 4
_CHUNK = 100 * _HOP
_LOOK = RATE // 200
_REACH = 4 * _LOOK
"""The limiter looks no further than this, so that chunks with as much around them fit together."""


def loudness_lufs(samples: Samples) -> float:
    """Integrated loudness with the absolute (-70) and the relative (-10) gate; -inf for silence."""
    hops = _hop_energies(samples)
    blocks = np.convolve(hops, np.ones(_HOPS_PER_BLOCK), mode="valid")
    power = blocks / (_HOPS_PER_BLOCK * _HOP)
    power = power[power > _power(-70)]
    if len(power) == 0:
        return float("-inf")
    return _lufs(power[power > _power(_lufs(power.mean()) - 10)].mean())


def _hop_energies(samples: Samples) -> Floats:
    """Weighted energy of each tenth of a second, at least one block; by chunks, to save memory."""
    state = np.zeros((len(_WEIGHTING), 2))
    energies: list[Floats] = []
    for start in range(0, len(samples), _CHUNK):
        part = samples[start : start + _CHUNK].astype(np.float64)
        weighted, state = sosfilt(_WEIGHTING, part, zi=state)
        padded = np.pad(weighted, (0, -len(part) % _HOP))
        energies.append((padded.reshape(-1, _HOP) ** 2).sum(axis=1))
    hops = np.concatenate([*energies, np.zeros(0)])
    return np.pad(hops, (0, max(0, _HOPS_PER_BLOCK - len(hops))))


def normalized(samples: Samples) -> Samples:
    """The same speech at the target loudness; silence stays silence."""
    level = loudness_lufs(samples)
    if not np.isfinite(level):
        return samples
    return limited(samples, 10 ** ((TARGET_LUFS - level) / 20))


def limited(samples: Samples, gain: float = 1.0) -> Samples:
    """The sound times `gain`, turned down smoothly where it would pass the peak; by chunks, to
    save memory."""
    quiet = np.empty(len(samples), np.float32)
    for start in range(0, len(samples), _CHUNK):
        first, last = max(0, start - _REACH), start + _CHUNK + _REACH
        part = _limited_part(samples[first:last] * np.float32(gain))[start - first :]
        quiet[start : start + _CHUNK] = part[:_CHUNK]
    return quiet


def _limited_part(samples: Samples) -> Samples:
    over = np.maximum(np.abs(samples) / np.float32(PEAK), np.float32(1))
    if over.max() == 1:
        return samples
    # Widest first, then smoothed twice, by less: the smooth curve never lies below the need.
    need = maximum_filter1d(over, 2 * _LOOK + 1)
    for _ in range(2):
        need = uniform_filter1d(need, _LOOK)
    return np.clip(samples / np.maximum(need, 1), -PEAK, PEAK).astype(np.float32)


def _lufs(power: float) -> float:
    return float(-0.691 + 10 * np.log10(power))


def _power(lufs: float) -> float:
    return 10 ** ((lufs + 0.691) / 10)
