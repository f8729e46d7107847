"""Picks pictures out of a film while it passes: a poster, and those of the animated preview."""

import cv2
import numpy as np

from mediakit.arrays import Picture
from mediakit.video.planes import Planes, to_picture
from mediakit.video.variants import GIF_FPS

_PREVIEW_S = 3.0
_POSTER_FROM, _POSTER_TO, _POSTER_EVERY_S = 0.1, 0.5, 0.2
"""Where a poster is looked for, as shares of the film, and how often."""
_LOOKED_AT = 256


class Stills:
    """Is shown every picture of a film once, in order."""

    def __init__(self, fps: int, frames: int) -> None:
        self._fps = fps
        self._frames = frames
        self._every = max(1, round(_POSTER_EVERY_S * fps))
        self._best = -1.0
        self._poster: Planes | None = None
        self.preview: list[Picture] = []

    def look(self, number: int, planes: Planes, bare: Planes) -> None:
        """number: from 0; bare: the picture without its caption."""
        share = number / max(1, self._frames - 1)
        near = _POSTER_FROM <= share <= _POSTER_TO and number % self._every == 0
        if self._poster is None or near:
            detail = _detail(bare)
            if detail > self._best:
                self._best, self._poster = detail, bare
        # The GIF shows its pictures at the film's own speed.
        if number < _PREVIEW_S * self._fps and (
            number == 0 or number * GIF_FPS // self._fps != (number - 1) * GIF_FPS // self._fps
        ):
            self.preview.append(to_picture(planes))

    @property
    def poster(self) -> Picture | None:
        """The picture with the most detail, so neither a blink nor a black one."""
        return None if self._poster is None else to_picture(self._poster)


def _detail(planes: Planes) -> float:
    """How much there is to see, from what is in the middle of the picture."""
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = planes[top : top + side, left : left + side]
    small = cv2.resize(middle, (_LOOKED_AT, _LOOKED_AT), interpolation=cv2.INTER_AREA)
    return float(np.abs(cv2.Laplacian(small, cv2.CV_32F)).mean())
