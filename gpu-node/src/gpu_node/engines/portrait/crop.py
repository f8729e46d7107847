"""Cuts the square around a face that becomes the picture of the film."""

import cv2
import numpy as np

from gpu_node.engines.arrays import Floats, Picture
from gpu_node.engines.portrait import topology
from gpu_node.engines.portrait.face_mesh import Face
from gpu_node.engines.portrait.image_header import POINTER
from gpu_node.errors import NoFace

MIN_SCORE = 0.6
MIN_MOUTH_PX = 24
"""A narrower mouth has too few pixels to move."""
MIN_SYMMETRY = 0.3
"""Nose to one cheek over nose to the other; less is a face turned by more than some 35 degrees."""
_FACE_SHARE = 0.46
"""Height of the face in the square when the photo has room enough."""
_FACE_SHARE_MAX = 0.68
_FACE_TOP = 0.52
"""Where the middle of the face lies, from the top."""


def check_face(face: Face) -> None:
    """Refuse what cannot be animated, with the reason."""
    points = face.points[:, :2]
    if face.score < MIN_SCORE:
        raise no_face("no face was found in the picture")
    mouth = float(np.linalg.norm(points[topology.MOUTH_LEFT] - points[topology.MOUTH_RIGHT]))
    if mouth < MIN_MOUTH_PX:
        raise no_face(f"the face is too small: its mouth is {mouth:.0f} pixels wide")
    nose = points[topology.NOSE_TIP]
    cheeks = sorted(float(np.linalg.norm(nose - points[i])) for i in (234, 454))
    if cheeks[0] < MIN_SYMMETRY * cheeks[1]:
        raise no_face("the face is turned too far to the side")


def no_face(detail: str) -> NoFace:
    return NoFace("no-face", detail, pointer=POINTER)


def square(picture: Picture, face: Face, side: int) -> tuple[Picture, Floats]:
    """The face in a picture of `side` x `side`, and its points there."""
    points = face.points
    height = float(np.linalg.norm(points[topology.FOREHEAD, :2] - points[topology.CHIN, :2]))
    low, high = points[topology.OVAL, :2].min(axis=0), points[topology.OVAL, :2].max(axis=0)
    centre = (low + high) / 2
    shape = np.array([picture.shape[1], picture.shape[0]], float)
    cut = min(height / _FACE_SHARE, float(shape.min()))
    cut = max(cut, height / _FACE_SHARE_MAX, float((high - low).max()) / 0.8)
    corner = centre - np.array([0.5, _FACE_TOP]) * cut
    # Inside the photo if it can be; where it cannot, the edge is mirrored.
    room = shape - cut
    corner = np.where(room >= 0, np.clip(corner, 0, np.maximum(room, 0)), corner)
    scale = side / cut
    if scale < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.35 / scale).astype(np.uint8)
    into = np.array([[scale, 0, -corner[0] * scale], [0, scale, -corner[1] * scale]])
    flags = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR
    crop = cv2.warpAffine(
        picture, into, (side, side), flags=flags, borderMode=cv2.BORDER_REFLECT_101
    )
    moved = np.column_stack([(points[:, :2] - corner) * scale, points[:, 2] * scale])
    return crop.astype(np.uint8), moved
