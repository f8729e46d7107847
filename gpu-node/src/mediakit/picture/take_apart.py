"""What stands still behind the person, and where the person ends."""

from dataclasses import dataclass

import cv2
import numpy as np

from mediakit.arrays import Floats, Picture

_SURE = 0.15
"""From this value on a pixel may show the person. A piece of background that sways by a pixel or
two is not noticed, half a hat that stays behind is."""
_MARGIN, _FEATHER = 1 / 256, 1 / 170
"""Beyond that: still person, then a soft rim; shares of the shorter side."""
_WORK_SIDE = 256
"""What is hidden behind the person is guessed in a picture of this size: nobody sees much of it."""


@dataclass(frozen=True)
class Layers:
    """A portrait taken apart; the portrait over the background is exactly the portrait again."""

    background: Picture
    matte: Floats
    """(height, width) float32: 1 on the person and close around, 0 where nothing ever moves."""


def take_apart(portrait: Picture, matte: Floats, behind: Picture | None = None) -> Layers:
    """Fill in the background behind the person; `matte` is (height, width), 1 on the person.

    behind: another background, for a portrait that has the person's colours at all rims.
    """
    if behind is not None:
        return Layers(behind, matte)
    side = min(matte.shape)
    reach = max(3, 2 * round(_MARGIN * side) + 1)
    soft = max(3, 2 * round(_FEATHER * side) + 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach + soft, reach + soft))
    wide = cv2.dilate((matte > _SURE).astype(np.float32), disc)
    feathered = cv2.GaussianBlur(wide, (0, 0), soft / 4)
    rim = np.clip(2 * feathered - 1, 0, 1).astype(np.float32)
    return Layers(_behind(portrait, rim), rim)


def _behind(portrait: Picture, matte: Floats) -> Picture:
    """The portrait without the person: colours flow in from all around, the nearest count most."""
    height, width = matte.shape
    known = (matte < 0.99).astype(np.float32)
    if not known.any():
        return portrait.copy()
    scale = min(1.0, _WORK_SIDE / min(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    filled = _flow(
        _shrunk(portrait * known[..., None], size),
        _shrunk(known, size),
    )
    guess = cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR)
    seen = known[..., None]
    return np.clip(portrait * seen + guess * (1 - seen) + 0.5, 0, 255).astype(np.uint8)


def _shrunk(values: Floats, size: tuple[int, int]) -> Floats:
    return cv2.resize(values, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _flow(colour: Floats, weight: Floats) -> Floats:
    """Colours that are known with `weight`, (h, w), pulled down and pushed up a pyramid."""
    if min(weight.shape) <= 2:
        total = np.maximum(weight.sum(), 1e-6)
        return np.broadcast_to(colour.sum(axis=(0, 1)) / total, colour.shape).astype(np.float32)
    # Weights are lifted on the way down: a thin strip of known colour counts as much as a wide one.
    small = cv2.pyrDown(weight)
    lift = np.minimum(1.0, 2 * small) / np.maximum(small, 1e-6)
    coarse = _flow(cv2.pyrDown(colour) * lift[..., None], small * lift)
    below = cv2.pyrUp(coarse, dstsize=weight.shape[::-1])
    return colour + below * (1 - np.clip(weight, 0, 1)[..., None])
