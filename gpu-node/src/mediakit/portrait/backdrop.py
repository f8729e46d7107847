"""Puts something else behind a person: a colour, a picture, or what was there, out of focus."""

import cv2
import numpy as np

from mediakit.arrays import Floats, Picture
from mediakit.picture.take_apart import take_apart

_REACHES = (1 / 6, 1 / 90)
"""First the colours of the wide neighbourhood, then those nearby; shares of the shorter side."""
_FAINT, _FULL = 0.25, 0.9
_SOFT = 1 / 26
"""How far out of focus a blurred background is."""


def firm(matte: Floats) -> Floats:
    """The matte for another background: what is hardly the person is left out, because faint rests
    of the old background show more than hair that is a little thinner.
    """
    share = np.clip((matte - _FAINT) / (_FULL - _FAINT), 0, 1)
    return (share * share * (3 - 2 * share)).astype(np.float32)


def without_background(portrait: Picture, matte: Floats) -> Picture:
    """The person's own colours, also where the matte is half clear and beyond: no halo is left of
    what was behind.

    Forte, "Approximate Fast Foreground Colour Estimation" (ICIP 2021): colours of both sides are
    averaged around each pixel and then corrected so that together they give the picture.
    """
    share = matte[..., None].astype(np.float32)
    seen = portrait.astype(np.float32)
    person, behind = seen, seen
    for reach in _REACHES:
        person, behind = _estimated(
            seen, share, person, behind=behind, reach=reach * min(matte.shape)
        )
    return np.clip(person + 0.5, 0, 255).astype(np.uint8)


def _estimated(
    seen: Floats, share: Floats, person: Floats, *, behind: Floats, reach: float
) -> tuple[Floats, Floats]:
    size = (2 * round(reach / 2) + 1,) * 2

    def mean(values: Floats, weight: Floats) -> Floats:
        near = cv2.blur(weight, size)[..., None]
        # Farther than the reach from any colour of that side there is nothing to correct with.
        return np.where(
            near > 1e-4, cv2.blur(values * weight, size) / np.maximum(near, 1e-4), values
        )

    around, beyond = mean(person, share), mean(behind, 1 - share)
    fitted = around + share * (seen - share * around - (1 - share) * beyond)
    return np.clip(fitted, 0, 255).astype(np.float32), beyond.astype(np.float32)


def plain(size: tuple[int, int], colour: str) -> Picture:
    """A wall of the colour (#rrggbb), a little lighter in the middle as real ones are."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    height, width = size
    y, x = np.mgrid[-0.8 : 1.2 : height * 1j, -1 : 1 : width * 1j]
    light = 1.06 - 0.16 * np.clip((x**2 + y**2) / 2, 0, 1)
    # Noise of less than a level keeps the slow gradient from showing steps.
    grain = np.random.default_rng(0).uniform(-0.5, 0.5, (height, width, 1))
    wall = np.array([blue, green, red]) * light[..., None] + grain + 0.5
    return np.clip(wall, 0, 255).astype(np.uint8)


def blurred(portrait: Picture, matte: Floats) -> Picture:
    """What is behind the person, out of focus and without the person's colours."""
    empty = take_apart(portrait, matte).background
    return cv2.GaussianBlur(empty, (0, 0), _SOFT * min(matte.shape)).astype(np.uint8)


def filling(picture: Picture, size: tuple[int, int]) -> Picture:
    """The middle of a picture, as large as `size` (height, width) has its shape, at that size."""
    height, width = size
    scale = max(height / picture.shape[0], width / picture.shape[1])
    wanted = (round(height / scale), round(width / scale))
    top, left = ((have - want) // 2 for have, want in zip(picture.shape[:2], wanted, strict=True))
    middle = picture[top : top + wanted[0], left : left + wanted[1]]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(middle, (width, height), interpolation=method).astype(np.uint8)
