"""The skin that closed lids show: dark make-up and deep shadow above the eye must not be drawn down
over it as a black socket."""

from dataclasses import dataclass

import cv2
import numpy as np

from mediakit.arrays import Floats, Indices, Picture
from mediakit.portrait import topology as t
from mediakit.talking_head.face_frame import FaceFrame
from mediakit.talking_head.mesh import Points
from mediakit.talking_head.sampling import sampled

_EYES = (
    (t.LEFT_EYE_UPPER, [225, 224, 223, 222, 221]),
    (t.RIGHT_EYE_UPPER, [445, 444, 443, 442, 441]),
)
"""Edge of the upper lid, skin under the brow."""
_SKIN = [230, 229, 118, 50, 205, 450, 449, 347, 280, 425]
"""Under the eyes and on the cheeks: rims of glasses are the fewer."""
_DARK, _BLACK = 0.78, 0.45
"""Skin this dark beside that around the eye is lightened a little, and from here on wholly."""
_SHADE = 0.88
"""How light a lid then is; a lid lies in the shadow of the brow."""
_OWN = 0.2
"""How much of its own colour is left."""
_SOFT = 0.02
"""In eye distances."""
_SOON = 3

Part = tuple[tuple[slice, slice], Picture]
"""Rows and columns of the portrait, and what they show on a blink."""


@dataclass(frozen=True)
class Lids:
    """The surroundings of both eyes as they look with closed lids."""

    parts: list[Part]

    def draw(self, skin: Picture, blink: float) -> None:
        """Blend them into `skin`, the portrait that is about to be moved."""
        share = min(1.0, _SOON * blink)
        if share <= 0:
            return
        for place, closed in self.parts:
            cv2.addWeighted(skin[place], 1 - share, closed, share, 0, dst=skin[place])


def lids(portrait: Picture, points: Points, frame: FaceFrame) -> Lids:
    """What closed lids show, where the portrait is too dark for it; else nothing is changed."""
    tone = np.median(sampled(portrait, points[_SKIN]), axis=0)
    found = [_closed(portrait, tone, (points[upper], points[brow]), frame) for upper, brow in _EYES]
    return Lids([part for part in found if part is not None])


def _closed(
    portrait: Picture, tone: Floats, lid: tuple[Points, Points], frame: FaceFrame
) -> Part | None:
    # The lid is drawn out of the strip between its edge and the brow.
    edge, crest = lid
    middle = (crest + edge[2:-2]) / 2
    strip = np.concatenate([edge + 0.02 * frame.unit * frame.down, middle[::-1]])
    margin = 0.1 * frame.unit
    low = np.maximum(np.floor(strip.min(axis=0) - margin).astype(int), 0)
    high = np.minimum(np.ceil(strip.max(axis=0) + margin).astype(int), portrait.shape[1::-1])
    if (high <= low).any():
        return None
    place = (slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0])))
    own = portrait[place].astype(np.float32)
    smooth = cv2.GaussianBlur(own, (0, 0), max(0.8, _SOFT * frame.unit)).astype(np.float32)
    light = smooth.mean(axis=2) / max(float(tone.mean()), 1.0)
    share = np.clip((_DARK - light) / (_DARK - _BLACK), 0, 1) * _mask(strip - low, light, frame)
    if share.max() < 0.02:
        return None
    bare = (1 - _OWN) * _SHADE * tone + _OWN * smooth
    mixed = own * (1 - share[..., None]) + bare * share[..., None]
    return place, np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def _mask(strip: Points, like: Floats, frame: FaceFrame) -> Floats:
    corners: Indices = np.round(strip).astype(np.int64)
    mask = np.zeros(like.shape[:2], np.float32)
    cv2.fillPoly(mask, [corners.astype(np.int32)], 1.0)
    wide = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    return cv2.GaussianBlur(wide, (0, 0), max(0.8, _SOFT * frame.unit)).astype(np.float32)
