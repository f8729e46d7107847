"""The planned mouth per video frame."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.signal import fftconvolve

from gpu_node.engines.arrays import Floats
from gpu_node.engines.speech.speech import Phone, Samples

FPS = 25
LEAD_S = 0.02
"""Lips move before the sound they make."""
STEP_S = 0.005
"""Curves are made at 200 steps per second and sampled at the frames."""

Curve = Floats


@dataclass(frozen=True)
class VisemeTrack:
    """`open` and `width` (see `visemes.Mouth`) per frame; `method` says how they were found."""

    method: str
    open: Curve
    width: Curve
    phones: list[Phone]

    def to_json(self) -> dict[str, Any]:
        frames = zip(self.open.tolist(), self.width.tolist(), strict=True)
        return {
            "fps": FPS,
            "method": self.method,
            "frames": [{"open": round(o, 4), "width": round(w, 4)} for o, w in frames],
            "phones": [
                {"phone": p.phone, "start_s": round(p.start_s, 4), "end_s": round(p.end_s, 4)}
                for p in self.phones
            ],
        }


def frame_count(duration_s: float) -> int:
    """Frames that cover the sound. A sample too many by rounding is no reason for one more."""
    return max(1, math.ceil(duration_s * FPS - 1e-6))


def at_frames(curve: Curve, frames: int) -> Curve:
    """The curve in the middle of each frame, earlier by the lead."""
    times = (np.arange(frames) + 0.5) / FPS + LEAD_S
    return np.interp(times, (np.arange(len(curve)) + 0.5) * STEP_S, curve)


def smoothed(curve: Curve, width_s: float) -> Curve:
    """The curve under a Hann window of that width."""
    reach = max(1, round(width_s / STEP_S / 2))
    window = np.hanning(2 * reach + 3)[1:-1]
    padded = np.pad(curve, reach, mode="edge")
    return fftconvolve(padded, window / window.sum(), mode="valid")


def level(samples: Samples, rate: int) -> Curve:
    """Loudness per step, 0 (45 dB under the loudest) to 1 (the loudest moments)."""
    hop = rate * STEP_S
    steps = max(1, math.ceil(len(samples) / hop))
    energy = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    centres = (np.arange(steps) + 0.5) * hop
    reach = 0.02 * rate
    low = np.clip(centres - reach, 0, len(samples)).astype(int)
    high = np.clip(centres + reach, 0, len(samples)).astype(int)
    power = (energy[high] - energy[low]) / np.maximum(high - low, 1)
    decibel = 10 * np.log10(power + 1e-12)
    top = max(float(np.percentile(decibel, 98)), -60.0)
    return np.clip((decibel - top + 45) / 45, 0, 1)
