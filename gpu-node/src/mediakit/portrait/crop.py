"""Cuts the part around a face that becomes the picture of the film."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from mediakit.arrays import Floats, Picture
from mediakit.portrait import topology
from mediakit.portrait.face_mesh import Face

Aspect = Literal["1:1", "9:16", "16:9"]
"""Width to height."""
_FACE_SHARE = 0.46
"""Height of the face in the shorter side when the photo has room enough."""
_FACE_SHARE_MAX = 0.68
_FACE_TOP = 0.52
"""Where the middle of the face lies in a square, from the top; higher in a tall picture."""
_TALL_TOP = 0.40
_FACE_MARGIN = 0.05
"""Around the face, in sizes of it, that a cut always shows."""


def frame_size(side: int, aspect: Aspect) -> tuple[int, int]:
    """Height and width of a picture whose shorter side is `side`; both even."""
    longer = round(side * 16 / 9 / 2) * 2
    return {"1:1": (side, side), "9:16": (longer, side), "16:9": (side, longer)}[aspect]


@dataclass(frozen=True)
class Cut:
    """Which part of a photo becomes the picture of the film."""

    corner: Floats
    """(x, y) of its upper left corner in pixels of the photo; may lie outside."""
    scale: float
    """By how much the photo is enlarged."""
    size: tuple[int, int]
    """Height and width of the result."""

    def points(self, points: Floats) -> Floats:
        """(n, 3) points of the photo, there."""
        flat = (points[:, :2] - self.corner) * self.scale
        return np.column_stack([flat, points[:, 2] * self.scale])


def cut_out(
    picture: Picture, face: Face, side: int, aspect: Aspect = "1:1"
) -> tuple[Picture, Floats]:
    """The face in a picture whose shorter side is `side`, and its points there."""
    cut = plan_cut(picture, face.points, side, aspect)
    return take(picture, cut), cut.points(face.points)


def plan_cut(picture: Picture, points: Floats, side: int, aspect: Aspect = "1:1") -> Cut:
    """The part around the face with these points, for a picture whose shorter side is `side`."""
    size = frame_size(side, aspect)
    height = float(np.linalg.norm(points[topology.FOREHEAD, :2] - points[topology.CHIN, :2]))
    low, high = points[topology.OVAL, :2].min(axis=0), points[topology.OVAL, :2].max(axis=0)
    shape = np.array(picture.shape[1::-1], float)
    wanted = np.array(size[::-1]) / side
    cut = min(height / _FACE_SHARE, float((shape / wanted).min()))
    cut = max(cut, height / _FACE_SHARE_MAX, float((high - low).max()) / 0.8)
    top = _TALL_TOP if size[0] > size[1] else _FACE_TOP
    corner = (low + high) / 2 - np.array([0.5, top]) * wanted * cut
    # Inside the photo if it can be; where it cannot, the photo is continued.
    room = shape - wanted * cut
    corner = np.where(room >= 0, np.clip(corner, 0, np.maximum(room, 0)), corner)
    # A face that reaches beyond the edge of the photo is in the picture all the same.
    margin = _FACE_MARGIN * (high - low)
    low, high = points[:, :2].min(axis=0) - margin, points[:, :2].max(axis=0) + margin
    corner = np.maximum(np.minimum(corner, low), high - wanted * cut)
    return Cut(corner, side / cut, size)


def take(picture: Picture, cut: Cut) -> Picture:
    """The part of the picture; beyond its edges it is mirrored, more and more blurred so that
    nobody takes the mirror image for a second person.
    """
    corner, scale, size = cut.corner, cut.scale, cut.size
    into = np.array([[scale, 0, -corner[0] * scale], [0, scale, -corner[1] * scale]])
    present = np.full(picture.shape[:2], 255, np.uint8)
    if scale < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.35 / scale).astype(np.uint8)
    flags = cv2.INTER_LANCZOS4 if scale > 1 else cv2.INTER_LINEAR
    crop = cv2.warpAffine(
        picture, into, size[::-1], flags=flags, borderMode=cv2.BORDER_REFLECT_101
    ).astype(np.uint8)
    inside = cv2.warpAffine(present, into, size[::-1], flags=cv2.INTER_NEAREST)
    if inside.all():
        return crop
    reach = min(size) / 40
    away = cv2.distanceTransform((inside == 0).astype(np.uint8), cv2.DIST_L2, 5)
    share = np.clip(away / (2 * reach), 0, 1)[..., None]
    blurred = cv2.GaussianBlur(crop, (0, 0), reach)
    return (crop * (1 - share) + blurred * share + 0.5).astype(np.uint8)
