"""The planned mouth per video frame."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.signal import fftconvolve

from mediakit.arrays import Floats, Samples
from mediakit.speech.speech import Phone

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


def rated_frames(curve: Curve, duration_s: float, fps: int) -> tuple[int, Curve]:
    """Frames at `fps` that cover the sound, and the curve in the middle of each."""
    frames = max(1, math.ceil(duration_s * fps - 1e-6))
    times = (np.arange(frames) + 0.5) / fps + LEAD_S
    return frames, np.interp(times, (np.arange(len(curve)) + 0.5) * STEP_S, curve)


def rerated(values: Floats, frames: int, fps: int) -> Floats:
    """A track's (n, 2) values at FPS for `frames` at another rate; the mouth still closes wherever
    it closed.
    """
    last = len(values) - 1
    if fps == FPS:
        return values[np.minimum(np.arange(frames), last)]
    at = (np.arange(frames) + 0.5) / fps * FPS - 0.5
    known = np.arange(len(values))
    rated = np.column_stack([np.interp(at, known, column) for column in values.T])
    opening = np.pad(values[:, 0], 1, mode="edge")
    closed = (values[:, 0] <= opening[:-2]) & (values[:, 0] <= opening[2:]) & (values[:, 0] < 0.1)
    nearest = np.round((np.flatnonzero(closed) + 0.5) / FPS * fps - 0.5).astype(int)
    rated[np.clip(nearest, 0, frames - 1), 0] = values[closed, 0]
    return rated


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
    # In place: minutes of sound in double precision are large.
    energy = np.zeros(len(samples) + 1)
    np.square(samples, out=energy[1:], dtype=np.float64)
    np.cumsum(energy, out=energy)
    centres = (np.arange(steps) + 0.5) * hop
    reach = 0.02 * rate
    low = np.clip(centres - reach, 0, len(samples)).astype(int)
    high = np.clip(centres + reach, 0, len(samples)).astype(int)
    power = (energy[high] - energy[low]) / np.maximum(high - low, 1)
    decibel = 10 * np.log10(power + 1e-12)
    top = max(float(np.percentile(decibel, 98)), -60.0)
    return np.clip((decibel - top + 45) / 45, 0, 1)
