"""Reads what `animate_portrait` is given, and refuses what does not belong together."""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from cv2.typing import MatLike

from gpu_node.errors import BadMedia
from mediakit.alignment.track import FPS, frame_count, rerated
from mediakit.arrays import Floats, Picture
from mediakit.picture.known_kinds import read_picture
from mediakit.portrait import topology

_LONGEST = 2.0
"""The longer side of a portrait may be so many times the shorter one."""


@dataclass(frozen=True)
class Portrait:
    """The portrait at the film's size, its (468, 3) landmarks there, and its matte if known."""

    picture: Picture
    landmarks: Floats
    matte: Floats | None


def read_portrait(picture: Path, landmarks: Path, matte: Path | None, side: int) -> Portrait:
    """The portrait scaled so that its shorter side is `side`; both sides are even."""
    stored = read_picture(picture, cv2.IMREAD_COLOR)
    if stored is None or max(stored.shape[:2]) > _LONGEST * min(stored.shape[:2]):
        detail = "the portrait is no picture, or its sides differ too much"
        raise BadMedia("invalid-image", detail, pointer="/inputs/portrait")
    try:
        marks = json.loads(landmarks.read_bytes())
        points = np.array(marks["points"], float)
        stated = (marks["height"], marks["width"])
    except (ValueError, TypeError, KeyError) as cause:
        raise _foreign("the landmarks cannot be read", "/inputs/landmarks") from cause
    if points.shape != (topology.COUNT, 3) or stated != stored.shape[:2]:
        raise _foreign("the landmarks are not those of this portrait", "/inputs/landmarks")
    if not np.isfinite(points).all() or _beside(points, stated):
        raise _foreign("the landmarks lie outside the portrait", "/inputs/landmarks")
    scale = side / min(stored.shape[:2])
    height, width = (round(pixels * scale / 2) * 2 for pixels in stored.shape[:2])
    return Portrait(
        _scaled(stored, (width, height)),
        points * (width / stored.shape[1], height / stored.shape[0], scale),
        _matte(matte, stored.shape[:2], (width, height)) if matte else None,
    )


def _beside(points: Floats, size: tuple[int, ...]) -> bool:
    """Whether eyes or mouth are not in the picture of `size` (height, width), or have no extent."""
    shown = points[[*topology.MOUTH_CORNERS, *topology.LEFT_EYE_UPPER, *topology.RIGHT_EYE_UPPER]]
    outside = (shown[:, :2] < 0) | (shown[:, :2] > np.array(size[::-1]) - 1)
    return bool(outside.any() or np.linalg.norm(points[33] - points[263]) < 1)


def _matte(path: Path, shape: tuple[int, ...], size: tuple[int, int]) -> Floats:
    grey = read_picture(path, cv2.IMREAD_GRAYSCALE)
    if grey is None or grey.shape != shape:
        raise _foreign("the matte is not that of this portrait", "/inputs/matte")
    return _scaled(grey, size).astype(np.float32) / 255


def _scaled(stored: MatLike, size: tuple[int, int]) -> Picture:
    picture = stored.astype(np.uint8, copy=False)
    if picture.shape[1::-1] == size:
        return picture
    method = cv2.INTER_AREA if picture.shape[1] > size[0] else cv2.INTER_CUBIC
    return cv2.resize(picture, size, interpolation=method).astype(np.uint8)


def read_track(path: Path, duration_s: float, frames: int, fps: int) -> Floats:
    """(frames, 2): open and width, for `frames` at `fps`."""
    try:
        track = json.loads(path.read_bytes())
        values = np.array([(f["open"], f["width"]) for f in track["frames"]], float)
        stated = track["fps"]
    except (ValueError, TypeError, KeyError) as cause:
        raise _foreign("the viseme track cannot be read", "/inputs/visemes") from cause
    if stated != FPS or abs(len(values) - frame_count(duration_s)) > 1 or len(values) == 0:
        raise _foreign("the viseme track is not that of this speech", "/inputs/visemes")
    return np.clip(rerated(values, frames, fps), (0, 0.5), (1, 1.3))


def _foreign(detail: str, pointer: str) -> BadMedia:
    return BadMedia("invalid-input", detail, pointer=pointer)
