"""Compares phone times with the sound: how loud each phone should be against how loud it is."""

import numpy as np

from mediakit.arrays import Samples
from mediakit.speech.speech import Phone

_STEP_S = 0.005
_LOUD = {
    **dict.fromkeys("aa ae ah ao aw ay eh er ey ih iy ow oy uh uw".split(), 1.0),
    **dict.fromkeys("m n ng l r w y".split(), 0.7),
    **dict.fromkeys("v z zh dh jh".split(), 0.35),
    **dict.fromkeys("s sh ch f th hh".split(), 0.25),
}
"""How loud phones are, roughly; stops and pauses are silent."""


def fits(samples: Samples, rate: int, phones: list[Phone]) -> dict[float, float]:
    """Correlation by how much later the phones are set, seconds from -0.1 to 0.1."""
    size = int(_STEP_S * rate)
    frames = samples[: len(samples) // size * size].reshape(-1, size).astype(float)
    level = np.log10((frames**2).mean(axis=1) + 1e-6)
    times = (np.arange(len(level)) + 0.5) * _STEP_S
    expected = np.zeros(len(level))
    for phone in phones:
        expected[(times >= phone.start_s) & (times < phone.end_s)] = _LOUD.get(phone.phone, 0)
    return {
        round(shift * _STEP_S, 3): float(np.corrcoef(np.roll(expected, shift), level)[0, 1])
        for shift in range(-20, 21)
    }
