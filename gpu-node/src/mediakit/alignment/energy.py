"""Engine `energy`: the mouth from loudness alone, for speech whose phones nobody knows."""

import numpy as np

from mediakit.alignment.track import VisemeTrack, at_frames, frame_count, level, smoothed
from mediakit.arrays import Samples

_SMOOTH_S = 0.08


def plan(samples: Samples, rate: int) -> VisemeTrack:
    """A track that opens with the sound; it knows neither round nor closed lips."""
    loud = smoothed(level(samples, rate), _SMOOTH_S)
    frames = frame_count(len(samples) / rate)
    opening = at_frames(np.clip((loud - 0.35) / 0.65, 0, 1) ** 1.3 * 0.8, frames)
    return VisemeTrack(method="energy", open=opening, width=np.ones(frames), phones=[])
