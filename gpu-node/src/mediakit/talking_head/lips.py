"""The portrait without what shows between its lips, which would be torn along when they close."""

import cv2
import numpy as np

from mediakit.arrays import Picture
from mediakit.portrait import topology as t
from mediakit.talking_head.face_frame import FaceFrame
from mediakit.talking_head.mesh import Points
from mediakit.talking_head.sampling import sampled

APART = 0.035
"""With lips further apart than this share of the eye distance the portrait shows its own teeth."""
_RIM = 0.008
"""How far lips are painted over beyond the opening, in eye distances."""
_NEAR, _DARK = 0.045, 0.62
"""Within this distance of it, what is darker than this share of the lips belongs to it."""
_REACH = 3


def lips_apart(points: Points, frame: FaceFrame) -> bool:
    """Whether the portrait shows its teeth."""
    gap = np.linalg.norm(points[t.LIP_UPPER_INNER] - points[t.LIP_LOWER_INNER])
    return bool(gap > APART * frame.unit)


def without_teeth(portrait: Picture, points: Points, frame: FaceFrame) -> Picture:
    """A copy in which lips continue into the opening, so that closed ones meet lip to lip."""
    skin = portrait.copy()
    if not lips_apart(points, frame):
        return skin
    rim = np.round(points[t.ring(t.LIPS_INNER_UPPER, t.LIPS_INNER_LOWER)]).astype(np.int32)
    mask = np.zeros(portrait.shape[:2], np.uint8)
    cv2.fillPoly(mask, [rim], 255)
    reach = 2 * max(1, round(_RIM * frame.unit)) + 1
    near = cv2.dilate(mask, np.ones((2 * round(_NEAR * frame.unit) + 1,) * 2, np.uint8))
    # An open smile is dark beyond its corners, and points are not exact there.
    light = cv2.cvtColor(portrait, cv2.COLOR_BGR2GRAY)
    lips = sampled(light.astype(np.uint8, copy=False), points[[*t.UPPER_LIP[1], *t.LOWER_LIP[1]]])
    dark = light < _DARK * np.median(lips)
    mask[(near > 0) & dark] = 255
    mask = cv2.dilate(mask, np.ones((reach, reach), np.uint8))
    low = np.maximum(rim.min(axis=0) - 8 * reach, 0)
    high = rim.max(axis=0) + 8 * reach
    part = np.s_[low[1] : high[1], low[0] : high[0]]
    skin[part] = cv2.inpaint(skin[part], mask[part], _REACH, cv2.INPAINT_TELEA)
    return skin
