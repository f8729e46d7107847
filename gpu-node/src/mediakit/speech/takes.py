"""How well a take speaks a text, by what can be measured without understanding it."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mediakit.arrays import Samples

_FRAME_S = 0.02
_QUIET_DB = -35.0
"""Below the loudest frames: silence, breath and room."""
_FULL = 0.98
_CLIPPED_RUN = 3
"""So many samples in a row at full scale are no peak of a wave."""
_PACE = 13.5
"""Letters and digits in a second of fluent speech, its pauses included."""
_PACE_FREE = 0.35
"""Octaves of pace to either side that cost nothing: people and texts differ."""
_PAUSE_FREE_S = 0.9
"""Between sentences; what is longer has been forgotten or cut."""
_EDGE_FREE_S = 0.6
_FAINT_DB = -40.0
_CUT_DB = -12.0


@dataclass(frozen=True)
class Measures:
    """What was heard of a take."""

    clipped_share: float
    """Of the samples."""
    pace: float
    """Letters and digits of the text per second, from the first sound to the last."""
    longest_pause_s: float
    """Within the speech."""
    edge_s: float
    """The longer silence of those before and behind it."""
    loudness_db: float
    """Of the frames that are not silent, below full scale; very low for silence."""
    is_cut: bool
    """Whether the sound ends in the middle of something."""

    @property
    def cost(self) -> float:
        """0 for a take without fault; each part is 1 where nobody would use the take."""
        octaves = abs(np.log2(max(self.pace, 1e-3) / _PACE))
        return float(
            min(1.0, self.clipped_share * 50)
            + min(2.0, max(0.0, octaves - _PACE_FREE))
            + min(1.0, max(0.0, self.longest_pause_s - _PAUSE_FREE_S))
            + min(0.5, max(0.0, self.edge_s - _EDGE_FREE_S) / 2)
            + min(2.0, max(0.0, _FAINT_DB - self.loudness_db) / 10)
            + (0.5 if self.is_cut else 0.0)
        )


def score_of(cost: float) -> float:
    """1 for the best there can be, towards 0."""
    return round(1 / (1 + cost), 4)


def measured(samples: Samples, rate: int, text: str) -> Measures:
    """Measures of a take; one that is empty or silent is worse than any other."""
    levels = _levels_db(samples, rate)
    heard = np.flatnonzero(levels > max(levels.max(initial=-120.0) + _QUIET_DB, -70.0))
    if len(heard) == 0:
        return Measures(0.0, 0.0, 0.0, len(levels) * _FRAME_S, -120.0, is_cut=False)
    first, last = int(heard[0]), int(heard[-1])
    gaps = np.diff(heard) - 1
    spoken_s = (last + 1 - first) * _FRAME_S
    return Measures(
        clipped_share=_clipped(samples) / len(samples),
        pace=len(re.findall(r"[^\W_]", text)) / spoken_s,
        longest_pause_s=float(gaps.max(initial=0) * _FRAME_S),
        edge_s=max(first, len(levels) - 1 - last) * _FRAME_S,
        loudness_db=float(levels[heard].mean()),
        is_cut=bool(levels[-1] > levels[heard].max() + _CUT_DB),
    )


def _levels_db(samples: Samples, rate: int) -> NDArray[np.float64]:
    size = max(1, round(rate * _FRAME_S))
    count = len(samples) // size
    frames = samples[: count * size].reshape(count, size).astype(np.float64)
    return 20 * np.log10(np.sqrt((frames**2).mean(axis=1)) + 1e-6)


def _clipped(samples: Samples) -> int:
    """Samples in runs at full scale."""
    full = np.abs(samples) >= _FULL
    edges = np.flatnonzero(np.diff(np.concatenate([[False], full, [False]]).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return int(runs[runs >= _CLIPPED_RUN].sum())
