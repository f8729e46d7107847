"""Engine `camera_move`: a photo in two layers, and what a camera sees of it."""

from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

from mediakit.arrays import Floats, Picture
from mediakit.camera.moves import View
from mediakit.picture.take_apart import Layers, take_apart

_LONGEST = 2.4
"""The longer side of a film may be so many times the shorter one."""
_RATIOS = {"1:1": 1.0, "9:16": 9 / 16, "16:9": 16 / 9}
ASPECTS = ("own", *_RATIOS)


def film_size(picture: Picture, side: int, aspect: str) -> tuple[int, int]:
    """Height and width, both even, the shorter one `side`."""
    own = picture.shape[1] / picture.shape[0]
    wanted: float = _RATIOS[aspect] if aspect in _RATIOS else own
    ratio = min(_LONGEST, max(1 / _LONGEST, wanted))
    longer = round(side * max(ratio, 1 / ratio) / 2) * 2
    return (side, longer) if ratio >= 1 else (longer, side)


@dataclass(frozen=True)
class Place:
    """What matters in a photo, as shares of its width and height."""

    x: float = 0.5
    y: float = 0.5


def framed(
    picture: Picture, place: Place, size: tuple[int, int], zoom: float
) -> tuple[Picture, Place]:
    """The largest part of the film's shape that has `place` near its middle, with as many pixels
    as the film shows of it when it is enlarged by `zoom`; and the place in it."""
    height, width = picture.shape[:2]
    scale = min(width / size[1], height / size[0])
    cut = np.array([size[1], size[0]]) * scale
    at = np.array([place.x * width, place.y * height])
    corner = np.clip(at - cut / 2, 0, np.array([width, height]) - cut)
    low, high = np.round(corner).astype(int), np.round(corner + cut).astype(int)
    part = picture[low[1] : high[1], low[0] : high[0]]
    target = (round(size[1] * zoom), round(size[0] * zoom))
    method = cv2.INTER_AREA if part.shape[1] > target[0] else cv2.INTER_CUBIC
    x, y = (at - low) / (high - low)
    return cv2.resize(part, target, interpolation=method).astype(np.uint8), Place(x, y)


class Scene:
    """Takes pictures of a photo from wherever the camera is."""

    def __init__(
        self, picture: Picture, matte: Floats | None, focus: Place, size: tuple[int, int]
    ) -> None:
        """matte: (height, width), 1 on the person; without it the photo is one flat layer.

        focus: about which it is enlarged; size: height and width of the film.
        """
        self._near = picture
        self._layers: Layers | None = None if matte is None else take_apart(picture, matte)
        self._focus = np.array([focus.x, focus.y])
        self._size = size

    def frame(self, far: View, near: View) -> Picture:
        """What is seen; a flat photo moves as the person would."""
        front = self._seen(self._near, near).astype(np.uint8, copy=False)
        if self._layers is None:
            return front
        back = self._seen(self._layers.background, far)
        alpha = self._seen(self._layers.matte, near)[..., None]
        return (back + alpha * (front.astype(np.float32) - back) + 0.5).astype(np.uint8)

    def _seen(self, layer: MatLike, view: View) -> MatLike:
        height, width = self._size
        size = np.array([width, height], float)
        scale = view.zoom * size / np.array(layer.shape[1::-1])
        # Places are those of pixels' middles, so that a zoom of 1 changes nothing.
        kept = self._focus * size * (1 - view.zoom) + np.array([view.x, view.y]) * size
        shift = kept + scale / 2 - 0.5
        into = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]])
        return cv2.warpAffine(
            layer, into, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
