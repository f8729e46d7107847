"""Measures lips on decoded frames, independently of how they were drawn, and compares curves."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gpu_node.engines.portrait import face_mesh

Curve = NDArray[np.float64]


def lip_gaps(pictures: list[NDArray[np.uint8]], models_dir: Path) -> Curve:
    """Distance of the inner lips over the width of the mouth, as the face mesh network sees it."""
    mesh = face_mesh.load(models_dir)
    face = mesh.find(pictures[0])[0]
    gaps: list[float] = []
    for picture in pictures:
        face = mesh.track(picture, face)
        points = face.points[:, :2]
        apart = np.linalg.norm(points[13] - points[14])
        gaps.append(float(apart / np.linalg.norm(points[61] - points[291])))
    return np.array(gaps)


def loudness(sound: NDArray[np.float32], frames: int, rate: int = 48_000, fps: int = 25) -> Curve:
    """RMS in a window of 60 ms around the middle of each frame."""
    centres = (np.arange(frames) + 0.5) * rate / fps
    reach = int(0.03 * rate)
    parts = [sound[max(0, int(c) - reach) : int(c) + reach] for c in centres]
    return np.array([float(np.sqrt(np.mean(part**2))) if len(part) else 0.0 for part in parts])


def correlations(lips: Curve, other: Curve, reach: int = 6) -> dict[int, float]:
    """Correlation when `other` comes later by so many frames."""
    inner = slice(reach, len(lips) - reach)
    return {
        lag: float(np.corrcoef(lips[inner], np.roll(other, lag)[inner])[0, 1])
        for lag in range(-reach, reach + 1)
    }


def best_lag(correlation: dict[int, float]) -> int:
    """Where the curves fit best."""
    return max(correlation, key=lambda lag: correlation[lag])
