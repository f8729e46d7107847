"""The line of lashes on a lid that comes down; it hides that the picture is cut there."""

from dataclasses import dataclass

import cv2
import numpy as np

from mediakit.arrays import Floats, Picture
from mediakit.portrait import topology as t
from mediakit.talking_head.face_frame import FaceFrame
from mediakit.talking_head.mesh import Points

_LIDS = ((t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER), (t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER))
_WIDTH = 0.014
"""Of the line, in eye distances."""
_STRENGTH = 0.85
_SHIFT = 4


@dataclass(frozen=True)
class Lashes:
    """Colour and width of the line."""

    colour: Floats
    """(3,) blue, green, red: what the portrait shows along its upper lids."""
    width: float
    """Pixels."""

    def draw(self, picture: Picture, moved: Points, blink: float) -> None:
        """Paint the lashes into `picture`; moved: the points of the mesh in this frame."""
        strength = _STRENGTH * min(1.0, 2 * blink)
        if strength <= 0:
            return
        for upper, lower in _LIDS:
            # Closed lids overlap a little: the line lies where they meet.
            path = moved[upper] + 0.5 * max(0.0, 2 * blink - 1) * (moved[lower] - moved[upper])
            self._line(picture, path[:-1], strength)

    def _line(self, picture: Picture, path: Points, strength: float) -> None:
        margin = int(3 * self.width) + 3
        low = np.maximum(np.floor(path.min(axis=0)).astype(int) - margin, 0)
        high = np.ceil(path.max(axis=0)).astype(int) + margin
        window = picture[low[1] : high[1], low[0] : high[0]]
        if window.size == 0:
            return
        mask = np.zeros(window.shape[:2], np.uint8)
        fixed = np.round((path - low) * (1 << _SHIFT)).astype(np.int32)
        thick = max(1, round(self.width))
        cv2.polylines(mask, [fixed], False, 255, thick, cv2.LINE_AA, shift=_SHIFT)
        soft = cv2.GaussianBlur(mask, (0, 0), max(0.6, 0.35 * self.width))
        alpha = np.minimum(1.0, soft.astype(np.float32) * (1.5 / 255))[..., None] * strength
        window[:] = np.clip(window * (1 - alpha) + self.colour * alpha + 0.5, 0, 255)


def lashes(portrait: Picture, points: Points, frame: FaceFrame) -> Lashes:
    """The darker half of what lies along the upper lids."""
    lids = np.concatenate([points[upper[1:-1]] for upper, _ in _LIDS])
    reach = np.array([-0.02, -0.01, 0, 0.01])[:, None, None] * frame.unit * frame.down
    places = (lids[None] + reach).reshape(1, -1, 2).astype(np.float32)
    found = cv2.remap(portrait, places, np.empty(0), cv2.INTER_LINEAR).reshape(-1, 3)
    light = found.mean(axis=1)
    dark = found[light <= np.percentile(light, 35)].astype(np.float32)
    return Lashes(dark.mean(axis=0), _WIDTH * frame.unit)
