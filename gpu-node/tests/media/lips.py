"""Measures lips on decoded frames, independently of how they were drawn, and compares curves."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.portrait import face_mesh

Curve = NDArray[np.float64]
Picture = NDArray[np.uint8]

UNIT = 192
"""Pixels between the outer corners of the eyes in the upright faces that are compared."""
_EYES = (192, 80)
"""Where the middle between the eyes lies in them."""


def lip_gaps(pictures: list[Picture], models_dir: Path) -> Curve:
    """Distance of the inner lips over the width of the mouth, as the face mesh network sees it.

    The network learned from people: it takes narrow lips for parted ones, and the same gap looks
    wider to it between full lips than inside a beard. See `lip_distances`.
    """
    gaps: list[float] = []
    for points in tracked(pictures, models_dir):
        apart = np.linalg.norm(points[13] - points[14])
        gaps.append(float(apart / np.linalg.norm(points[61] - points[291])))
    return np.array(gaps)


def lip_distances(pictures: list[Picture], models_dir: Path) -> Curve:
    """How far the middles of the two lips are from where they are in the first frame, which shows
    them closed, in eye distances: both patches of skin are looked for in each frame.

    Needs no idea of what a mouth looks like, only skin that is found again; the network only says
    where the eyes are.
    """
    points = tracked(pictures, models_dir)
    first, place = _upright(pictures[0], points[0])
    middle = round(place[13, 0])
    rows = {
        "upper": slice(round(place[0, 1] - 0.05 * UNIT), round(place[13, 1]) - 1),
        "lower": slice(round(place[14, 1]) + 3, round(place[17, 1] + 0.08 * UNIT)),
    }
    reach = {"upper": (-16, 10), "lower": (-8, 44)}
    half = round(0.05 * UNIT)
    patches = {lip: first[part, middle - half : middle + half] for lip, part in rows.items()}
    distances: list[float] = []
    for picture, face in zip(pictures, points, strict=True):
        now, _ = _upright(picture, face)
        moved = {
            lip: _found(now, patch, (rows[lip].start, middle - half), reach[lip])
            for lip, patch in patches.items()
        }
        distances.append((moved["lower"] - moved["upper"]) / UNIT)
    return np.array(distances)


def tracked(pictures: list[Picture], models_dir: Path) -> list[Curve]:
    """(468, 2) points of the face in each frame."""
    mesh = face_mesh.load(models_dir)
    face = mesh.find(pictures[0])[0]
    points: list[Curve] = []
    for picture in pictures:
        face = mesh.track(picture, face)
        points.append(face.points[:, :2])
    return points


def nose_path(pictures: list[Picture], points: Curve) -> Curve:
    """(frames, 2) where the nose is, to a part of a pixel; points: of the face in the first."""
    reach = 12
    low = np.floor(points[[6, 98, 327, 2]].min(axis=0)).astype(int)
    high = np.ceil(points[[6, 98, 327, 2]].max(axis=0)).astype(int)
    patch = pictures[0][low[1] : high[1], low[0] : high[0]]
    places: list[tuple[float, float]] = []
    for picture in pictures:
        around = picture[
            low[1] - reach : high[1] + reach,
            low[0] - reach : high[0] + reach,
        ]
        likeness = cv2.matchTemplate(around, patch, cv2.TM_CCOEFF_NORMED)
        row, column = np.unravel_index(int(likeness.argmax()), likeness.shape)
        places.append((_peak(likeness[row], column), _peak(likeness[:, column], row)))
    return np.array(places)


def _peak(line: NDArray[np.float32], best: Any) -> float:
    """Where between the samples the largest one's parabola has its top."""
    if not 0 < best < len(line) - 1:
        return float(best)
    before, here, after = line[best - 1 : best + 2].tolist()
    bend = before - 2 * here + after
    return float(best + (0.5 * (before - after) / bend if bend else 0))


def _upright(picture: Picture, points: Curve) -> tuple[NDArray[np.float32], Curve]:
    """The face with its eyes level and always in the same place, in CIE Lab, and its points."""
    left, right = points[33], points[263]
    across = (right - left) / np.linalg.norm(right - left)
    turn = np.array([across, [-across[1], across[0]]]) * (UNIT / np.linalg.norm(right - left))
    shift = np.array(_EYES) - turn @ ((left + right) / 2)
    into = np.column_stack([turn, shift])
    shown = cv2.warpAffine(picture, into, (2 * _EYES[0], 420), flags=cv2.INTER_CUBIC)
    return cv2.cvtColor(shown, cv2.COLOR_BGR2LAB).astype(np.float32), points @ turn.T + shift


def _found(
    face: NDArray[np.float32],
    patch: NDArray[np.float32],
    corner: tuple[int, int],
    reach: tuple[int, int],
) -> float:
    """How far down the patch has moved from its corner (row, column), to a part of a pixel."""
    row, column = corner
    height, width = patch.shape[:2]
    around = face[row + reach[0] : row + reach[1] + height, column - 6 : column + width + 6]
    likeness = cv2.matchTemplate(around, patch, cv2.TM_CCOEFF_NORMED)
    best, at = np.unravel_index(int(likeness.argmax()), likeness.shape)
    return reach[0] + _peak(likeness[:, at], best)


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
