"""Finds faces: MediaPipe's short-range detector, on the whole picture and then on its parts."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mediakit.arrays import Floats, Picture
from mediakit.portrait.tflite import Network

MODEL = "face_detection_short_range.tflite"
MIN_SCORE = 0.5
_OVERLAP = 0.3
PARTS = (1.0, 0.55, 0.3, 0.15)
"""Sizes of the windows that are searched, as shares of the longer side, until a face is found."""
_CLOSE = 2.2
"""Side of the window of one face, in sizes of it."""


@dataclass(frozen=True)
class FaceBox:
    """Where a face is, in pixels of the picture."""

    score: float
    centre: tuple[float, float]
    size: float
    roll: float
    """Angle of the line from the left to the right eye, radians, clockwise."""


class FaceDetector:
    """The network with its anchors."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._anchors = _anchors()

    def find(
        self,
        picture: Picture,
        check_canceled: Callable[[], None] = lambda: None,
        parts: Sequence[float] = PARTS,
    ) -> list[FaceBox]:
        """Faces in the picture, the largest first; smaller ones only if no large one is there."""
        height, width = picture.shape[:2]
        for share in parts:
            side = int(max(height, width) * share)
            boxes: list[FaceBox] = []
            for top, left in itertools.product(_starts(height, side), _starts(width, side)):
                check_canceled()
                boxes += self._in_window(picture, left, top, side)
            if boxes:
                again = [self._closer(picture, box) for box in _distinct(boxes)]
                return sorted(_distinct(again), key=lambda box: -box.size)
        return []

    def _closer(self, picture: Picture, box: FaceBox) -> FaceBox:
        """The same face looked at again in a window of its own: in that of the whole picture it may
        have been a few pixels wide, and where it seemed to be is where the mesh begins.
        """
        side = max(1, int(_CLOSE * box.size))
        left, top = (round(at - side / 2) for at in box.centre)
        near = [b for b in self._in_window(picture, left, top, side) if _inside(b, box)]
        return max([*near, box], key=lambda b: b.score)

    def _in_window(self, picture: Picture, left: int, top: int, side: int) -> list[FaceBox]:
        low, first = (max(0, top), max(0, left)), (max(0, -top), max(0, -left))
        part = picture[low[0] : max(0, top + side), low[1] : max(0, left + side)]
        square = np.zeros((side, side, 3), np.uint8)
        square[first[0] : first[0] + part.shape[0], first[1] : first[1] + part.shape[1]] = part
        window = cv2.resize(square, (self._network.side,) * 2, interpolation=cv2.INTER_AREA)
        values, scores = self._network(window[..., ::-1] / np.float32(127.5) - 1)
        score = 1 / (1 + np.exp(-np.clip(scores[0, :, 0], -50, 50)))
        found = np.flatnonzero(score >= MIN_SCORE)
        # Box centre, box size, then six points (eyes first), all in pixels from the anchor.
        points = values[0, found].reshape(len(found), 8, 2) / self._network.side
        points[:, [0, 2, 3, 4, 5, 6, 7]] += self._anchors[found, None]
        points = points * side
        points[:, [0, 2, 3, 4, 5, 6, 7]] += (left, top)
        return [
            FaceBox(float(s), (float(p[0, 0]), float(p[0, 1])), float(p[1].max()), _roll(p))
            for s, p in zip(score[found], points, strict=True)
        ]


def _roll(points: Floats) -> float:
    across = points[3] - points[2]
    return float(np.arctan2(across[1], across[0]))


def _starts(length: int, side: int) -> list[int]:
    """Where windows begin: half overlapped, the last one flush with the end."""
    if side >= length:
        return [0]
    return [*range(0, length - side, side // 2), length - side]


def _anchors() -> Floats:
    """(896, 2) centres in 0..1: two per cell of a grid of 16 x 16, then six per cell of 8 x 8."""
    grids: list[Floats] = []
    for cells, each in ((16, 2), (8, 6)):
        line = (np.arange(cells) + 0.5) / cells
        x, y = np.meshgrid(line, line)
        grids.append(np.repeat(np.stack([x, y], -1).reshape(-1, 2), each, axis=0))
    return np.concatenate(grids)


def _distinct(boxes: list[FaceBox]) -> list[FaceBox]:
    """The best-scored box of each group that overlaps."""
    kept: list[FaceBox] = []
    for box in sorted(boxes, key=lambda box: -box.score):
        if all(_overlap(box, other) < _OVERLAP for other in kept):
            kept.append(box)
    return kept


def _inside(box: FaceBox, other: FaceBox) -> bool:
    """Whether the middle of a box lies in another one."""
    away = np.subtract(box.centre, other.centre)
    return bool(np.abs(away).max() < other.size / 2)


def _overlap(a: FaceBox, b: FaceBox) -> float:
    sides = [
        max(0.0, min(p + a.size / 2, q + b.size / 2) - max(p - a.size / 2, q - b.size / 2))
        for p, q in zip(a.centre, b.centre, strict=True)
    ]
    shared = sides[0] * sides[1]
    return shared / (a.size**2 + b.size**2 - shared)
