"""How the head lives while it speaks: sway, nods, brows and blinks for each frame."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve

from mediakit.arrays import Floats
from mediakit.talking_head.head import HEAD

Curve = Floats

_SWAY = {"x": 0.022, "y": 0.013, "roll": 0.024, "yaw": 0.075, "pitch": 0.045, "lean": 0.035}
"""Amplitudes: shares of the eye distance for x and y, radians for the turns. With less
it looks like a photo that talks."""
_BREATH = 0.016
"""How far the shoulders rise, in eye distances: two pixels in a picture of 512."""
_BREATH_S = 4.2
_GAZE = (0.008, 0.004)
"""How far the eyes jump across and down, in eye distances: half a pixel to a pixel."""
_GAZE_EVERY_S = (0.5, 2.2)
_NOD = {"pitch": 0.09, "y": 0.035}
"""How far the head dips on what is said with force, radians and shares of the eye distance."""
_EYEBALL = 0.13
"""Its radius in eye distances: eyes stay with who looks at them while the head turns."""
_SETTLE_S = 0.7
"""The head begins and ends in the portrait's own pose."""
_BLINK = (0.35, 0.9, 1.0, 0.7, 0.35, 0.1)
"""How far the lids are closed in the frames of one blink, at 25 frames per second."""
_BLINK_EVERY_S = (2.0, 4.8)


@dataclass(frozen=True)
class Motion:
    """Curves with one value per frame."""

    head: Floats
    """(frames, len(HEAD)): x and y in shares of the eye distance, turns in radians."""
    blink: Curve
    brow: Curve
    gaze: Floats
    """(frames, 2): where the eyes look, in eye distances from the portrait's place."""

    def at(self, frame: int) -> tuple[float, float, Floats, Floats]:
        """Blink, brow, head and gaze of one frame."""
        return self.blink[frame], self.brow[frame], self.head[frame], self.gaze[frame]


def plan_motion(loudness: Curve, fps: float, seed: int) -> Motion:
    """The motion for speech of this loudness (0..1 per frame); the same seed, the same motion."""
    random = np.random.default_rng(seed)
    frames = len(loudness)
    times = (np.arange(frames) + 0.5) / fps
    ends = np.minimum(times, frames / fps - times)
    settle = np.clip(ends / _SETTLE_S, 0, 1)
    settle = settle * settle * (3 - 2 * settle)
    speech = _smoothed(loudness, round(0.5 * fps))
    head = np.column_stack([_SWAY.get(name, 0.0) * _drift(times, random) for name in HEAD])
    # The head dips a little on what is said with force.
    stress = _smoothed(np.clip(loudness - speech, 0, 1), round(0.2 * fps))
    for name, far in _NOD.items():
        head[:, HEAD.index(name)] += far * stress
    breath = 2 * np.pi * times / (_BREATH_S * random.uniform(0.9, 1.1))
    head[:, HEAD.index("breath")] = _BREATH * (0.5 - 0.5 * np.cos(breath))
    brow = _smoothed(np.clip(_drift(times, random), 0, 1), round(0.3 * fps)) * 0.6 + stress
    blink = _blinks(frames, fps, random)
    turned = head[:, [HEAD.index("yaw"), HEAD.index("pitch")]]
    gaze = (_gaze(frames, fps, random) - _EYEBALL * turned) * settle[:, None]
    return Motion(head * settle[:, None], blink, brow * settle, gaze)


def _drift(times: Curve, random: np.random.Generator) -> Curve:
    """A slow, never repeating curve between about -1 and 1."""
    rates = np.array([0.13, 0.29, 0.53]) * random.uniform(0.85, 1.15, 3)
    phases = random.uniform(0, 2 * np.pi, 3)
    return np.sin(2 * np.pi * np.outer(times, rates) + phases) @ np.array([0.55, 0.3, 0.15])


def _blinks(frames: int, fps: float, random: np.random.Generator) -> Curve:
    lids = np.zeros(frames)
    shape = np.interp(np.arange(0, len(_BLINK), 25 / fps), np.arange(len(_BLINK)), np.array(_BLINK))
    at = random.uniform(0.8, 2.2)
    while (start := round(at * fps)) + len(shape) < frames:
        lids[start : start + len(shape)] = shape
        at += random.uniform(*_BLINK_EVERY_S)
    return lids


def _gaze(frames: int, fps: float, random: np.random.Generator) -> Floats:
    """Eyes rest, jump within a frame or two, and rest again."""
    gaze = np.zeros((frames, 2))
    at = random.uniform(*_GAZE_EVERY_S)
    while (start := round(at * fps)) < frames:
        gaze[start:] = random.uniform(-1, 1, 2) * _GAZE
        at += random.uniform(*_GAZE_EVERY_S)
    return gaze


def _smoothed(curve: Curve, width: int) -> Curve:
    window = np.hanning(max(3, width) + 2)[1:-1]
    reach = len(window) // 2
    padded = np.pad(curve, (reach, len(window) - 1 - reach), mode="edge")
    return fftconvolve(padded, window / window.sum(), mode="valid")
