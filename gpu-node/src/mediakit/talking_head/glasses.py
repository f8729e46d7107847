"""Does the portrait wear glasses? Their bridge crosses the nose where skin is smooth."""

import cv2
import numpy as np

from mediakit.arrays import Picture
from mediakit.talking_head.face_frame import FaceFrame
from mediakit.talking_head.mesh import Points

_ALONG, _ACROSS = 48, 13
_CONTRAST = 0.16


def has_glasses(portrait: Picture, points: Points, frame: FaceFrame) -> bool:
    """Looks for an edge across the bridge of the nose, between the brows and the nose's middle."""
    return bridge_edge(portrait, points, frame) > _CONTRAST


def bridge_edge(portrait: Picture, points: Points, frame: FaceFrame) -> float:
    """Strongest change of brightness along the bridge, as a share of the brightness there."""
    start, end = points[168] - 0.04 * frame.unit * frame.down, points[197]
    along = start + np.linspace(0, 1, _ALONG)[:, None] * (end - start)
    aside = np.linspace(-0.035, 0.035, _ACROSS)[:, None] * frame.unit * frame.across
    places = (along[:, None] + aside[None]).astype(np.float32)
    grey = cv2.cvtColor(portrait, cv2.COLOR_BGR2GRAY)
    strip = cv2.remap(grey, places, np.empty(0), cv2.INTER_LINEAR).astype(np.float32)
    profile = np.convolve(strip.mean(axis=1), np.ones(3) / 3, mode="valid")
    steps = np.abs(profile[4:] - profile[:-4])
    return float(steps.max() / (profile.mean() + 8))
