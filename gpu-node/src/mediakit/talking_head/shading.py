"""How the light on cheeks, chin and jaw changes when the mouth opens."""

import cv2
import numpy as np

from mediakit.arrays import Floats, Picture
from mediakit.portrait import topology as t
from mediakit.talking_head.face_frame import FaceFrame
from mediakit.talking_head.mesh import Points

_FOLDS = ([203, 206, 216, 212, 202], [423, 426, 436, 432, 422])
"""From the wings of the nose past the corners of the mouth."""
_HOLLOWS = ([205, 207, 214, 210], [425, 427, 434, 430])
"""The cheeks, which an open jaw draws in."""
_UNDER_LIP = [43, 106, 182, 83, 18, 313, 406, 335, 273]
_JAW = [58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288]
_CHIN = [199, 200]
_UNIT_PX = 100
"""Distance between the eyes in the picture of the shadows."""


def open_shade(portrait: Picture, points: Points, frame: FaceFrame) -> Picture:
    """The portrait under the light of a wide open mouth; what is between is a blend of the two."""
    height, width = portrait.shape[:2]
    # Shadows are soft: a small picture of them is enough.
    scale = min(1.0, _UNIT_PX / frame.unit)
    shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    small, unit = points * (shape[1] / width, shape[0] / height), scale * frame.unit
    shade = np.ones(shape, np.float32)
    lines = [(_UNDER_LIP, 0.10, -0.08), (_JAW, 0.18, -0.12)]
    lines += [(fold, 0.10, -0.06) for fold in _FOLDS]
    lines += [(hollow, 0.24, -0.09) for hollow in _HOLLOWS]
    lines += [(_CHIN, 0.10, 0.05), ([50, 101], 0.12, 0.04), ([280, 330], 0.12, 0.04)]
    for path, thick, strength in lines:
        shade += strength * _soft_line(shape, small[path], thick * unit)
    lips = np.round(small[t.ring(t.LIPS_OUTER_UPPER, t.LIPS_OUTER_LOWER)]).astype(np.int32)
    mouth = cv2.fillPoly(np.zeros(shape, np.float32), [lips], 1.0)
    keep = cv2.GaussianBlur(mouth, (0, 0), max(0.8, 0.012 * unit))
    shade += (1 - shade) * keep
    # Shadow on skin is warmer: blue falls off first.
    tint = np.stack([shade**1.35, shade**1.2, shade**0.75], axis=-1)
    tint = cv2.resize(tint, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(portrait * tint + 0.5, 0, 255).astype(np.uint8)


def _soft_line(shape: tuple[int, ...], path: Points, width: float) -> Floats:
    """A blurred line, about 1 on it."""
    mask = np.zeros(shape[:2], np.float32)
    thick = max(1, round(width))
    cv2.polylines(mask, [np.round(path).astype(np.int32)], False, 1.0, thick, cv2.LINE_AA)
    return cv2.GaussianBlur(mask, (0, 0), max(1.0, 0.6 * width)).astype(np.float32)
