"""Decides whether a clip says enough about a voice: long, loud, clean and spoken enough."""

import numpy as np
from scipy.ndimage import median_filter

from mediakit.arrays import Floats, Samples
from mediakit.speech.match.unfit import LONGEST_S, SHORTEST_S, unfit
from mediakit.speech.match.world import RATE

QUIETEST_DBFS = -45.0
"""Level of the loud moments; below it the noise of cheap microphones is as loud."""
MOST_CLIPPED = 0.004
"""Share of samples at the very top. Speech as it is has fewer than one in a thousand there."""
LEAST_SPEECH = 0.4
_LEAST_BANDWIDTH_HZ = 5_000.0
"""A telephone ends at 3,400 Hz."""
_INAUDIBLE_DB = 60.0
_TOP = 0.985
_FRAME, _HOP = RATE // 25, RATE // 100
_VOICED = 0.55
"""Correlation of a frame with itself a pitch period later: noise has less."""
_QUIET_DB, _AROUND = 30.0, 25
"""Speech is where it is not so much softer than the loud moments, and the voice sounds within so
many hops."""
_MOST_VOICED = 0.96
_STEADY_DB = 1.5
"""A tone is voiced throughout, and as loud throughout; no speaker is."""

MOST_TONES = 3.5
"""Tones that go on through a second of speech and its pauses, on average: clean speech has up to
0.6, in a live room or over a mains hum up to 2; soft music (24 dB below the voice) has 4.8 and
more."""
_LONG_FRAME, _LONG_HOP = 4096, 1024
_TONES_HZ = (120.0, 4_000.0)
_STANDS_OUT_DB, _AUDIBLE_DB, _AROUND_BINS, _BACKGROUND = 12.0, 50.0, 31, 15


def check(samples: Samples) -> None:
    """Refuse what is unfit as the clip of a voice; `MediaError` says by how much."""
    duration_s = len(samples) / RATE
    if not SHORTEST_S <= duration_s <= LONGEST_S:
        limit = SHORTEST_S if duration_s < SHORTEST_S else LONGEST_S
        detail = (
            f"the clip lasts {duration_s:.1f} s; {SHORTEST_S:.0f} to {LONGEST_S:.0f} s are needed"
        )
        raise unfit(detail, "length", round(duration_s, 2), limit)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::_HOP]
    level = 10 * np.log10((frames.astype(np.float64) ** 2).mean(axis=1) + 1e-12)
    _check_level(level)
    _check_speech(frames, level)
    _check_bandwidth(samples)
    _check_music(samples)


def _check_level(level: Floats) -> None:
    loud = float(np.percentile(level, 95))
    if loud < QUIETEST_DBFS:
        what = "silent" if loud < -90 else "too quiet"
        detail = f"the clip is {what}: {loud:.0f} dBFS; at least {QUIETEST_DBFS:.0f} are needed"
        raise unfit(detail, "level", round(loud, 1), QUIETEST_DBFS)


def check_clipping(channels: Floats) -> None:
    """Refuse channels (channels x samples, as recorded) of which one has its tops cut off."""
    size = np.abs(channels)
    tops = size >= _TOP * size.max(axis=1, keepdims=True)
    clipped = float((tops & (size > 0)).mean(axis=1).max())
    if clipped > MOST_CLIPPED:
        detail = (
            f"the clip is clipped: {clipped:.1%} of it is at full level; {MOST_CLIPPED:.1%} may be"
        )
        raise unfit(detail, "clipping", round(clipped, 4), MOST_CLIPPED)


def _check_speech(frames: Floats, level: Floats) -> None:
    loud = level > np.percentile(level, 95) - _QUIET_DB
    voiced = loud & (_periodicity(frames) > _VOICED)
    near = np.convolve(voiced, np.ones(2 * _AROUND + 1), mode="same")[: len(voiced)] > _AROUND / 5
    share = float((loud & near).mean())
    tone = voiced.sum() > _MOST_VOICED * max(1, loud.sum()) and level[loud].std() < _STEADY_DB
    share = 0.0 if tone else share
    if share < LEAST_SPEECH:
        detail = f"only {share:.0%} of the clip is speech; at least {LEAST_SPEECH:.0%} are needed"
        raise unfit(detail, "speech", round(share, 3), LEAST_SPEECH)


def _periodicity(frames: Floats) -> Floats:
    """How much each frame repeats itself at the best pitch between 70 and 400 Hz, 0 to 1."""
    best = np.zeros(len(frames))
    low, high = RATE // 400, RATE // 70
    for start in range(0, len(frames), 500):
        part = frames[start : start + 500].astype(np.float64)
        part = part - part.mean(axis=1, keepdims=True)
        spectrum = np.fft.rfft(part, 2 * _FRAME, axis=1)
        correlation = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :_FRAME]
        fewer = 1 - np.arange(low, high) / _FRAME  # a later copy overlaps less
        own = correlation[:, :1] + 1e-12
        best[start : start + 500] = (correlation[:, low:high] / (own * fewer)).max(axis=1)
    return best


def _check_bandwidth(samples: Samples) -> None:
    """A header may say 48,000 samples per second where a telephone was in between."""
    size = 1024
    parts = samples[: len(samples) // size * size].reshape(-1, size) * np.hanning(size)
    power = 10 * np.log10((np.abs(np.fft.rfft(parts, axis=1)) ** 2).mean(axis=0) + 1e-12)
    heard = np.flatnonzero(power > power.max() - _INAUDIBLE_DB)
    highest = float(heard[-1] * RATE / size)
    if highest < _LEAST_BANDWIDTH_HZ:
        detail = (
            f"the clip ends at {highest:.0f} Hz, as from a telephone; "
            f"at least {_LEAST_BANDWIDTH_HZ:.0f} Hz are needed"
        )
        raise unfit(detail, "bandwidth", round(highest), _LEAST_BANDWIDTH_HZ)


def _check_music(samples: Samples) -> None:
    """A voice slides and stops; what stays at its pitch all the while is something else."""
    tones = _lasting_tones(samples)
    if tones > MOST_TONES:
        detail = (
            f"there is music in the clip: {tones:.1f} tones sound through the speech; "
            f"at most {MOST_TONES:.1f} may"
        )
        raise unfit(detail, "music", round(tones, 2), MOST_TONES)


def _lasting_tones(samples: Samples) -> float:
    """How many tones last for a second, on average over the clip."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _LONG_FRAME)[::_LONG_HOP]
    hz = np.fft.rfftfreq(_LONG_FRAME, 1 / RATE)
    band = (hz > _TONES_HZ[0]) & (hz < _TONES_HZ[1])
    spectra = np.abs(np.fft.rfft(frames * np.hanning(_LONG_FRAME), axis=1))[:, band]
    power = 20 * np.log10(spectra + 1e-9)
    audible = np.percentile(power, 99.5) - _AUDIBLE_DB
    second = round(RATE / _LONG_HOP)
    counts: list[int] = []
    for start in range(0, len(power) - second + 1, second // 2):
        background = np.percentile(power[start : start + second], _BACKGROUND, axis=0)
        above = background - median_filter(background, size=_AROUND_BINS, mode="nearest")
        tone = (above > _STANDS_OUT_DB) & (background > audible)
        counts.append(int(np.count_nonzero(np.diff(tone.astype(np.int8)) == 1)))
    return float(np.mean(counts))
