"""Pictures as films keep them: planes of YUV 4:2:0, BT.709, with words laid over them.

What passes through a film without being changed stays in these planes: no rounding, no time.
"""

from dataclasses import dataclass
from typing import Self

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from mediakit.arrays import Floats, Picture

Planes = NDArray[np.uint8]
"""(height * 3 / 2, width): brightness, then the two colour planes of a quarter of its size."""


def planes_of_frame(frame: av.VideoFrame) -> Planes:
    """A decoded frame; odd sizes lose their last row or column, which 4:2:0 cannot hold."""
    width, height = frame.width // 2 * 2, frame.height // 2 * 2
    converted = frame.reformat(
        width=width, height=height, format="yuv420p",
        dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG,
    )  # fmt: skip
    return converted.to_ndarray(format="yuv420p").astype(np.uint8, copy=False)


def to_planes(picture: Picture) -> Planes:
    """A picture (blue, green, red; even sides)."""
    return planes_of_frame(av.VideoFrame.from_ndarray(picture, format="bgr24"))


def to_picture(planes: Planes) -> Picture:
    """The picture (blue, green, red) that a player would show."""
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    shown = frame.reformat(
        format="bgr24", src_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG
    )
    return shown.to_ndarray(format="bgr24").astype(np.uint8, copy=False)


def mixed(one: Planes, other: Planes, share: float) -> Planes:
    """`one` with `share` (0..1) of `other`."""
    if share <= 0 or share >= 1:
        return other if share >= 1 else one
    return cv2.addWeighted(one, 1 - share, other, share, 0).astype(np.uint8, copy=False)


def black(shape: tuple[int, ...]) -> Planes:
    """A black picture for planes of that shape."""
    planes = np.full(shape, 128, np.uint8)
    planes[: shape[0] * 2 // 3] = 16
    return planes


def placed(behind: Planes, picture: Planes) -> Planes:
    """`behind` with the smaller picture in its middle, which is written over it."""
    for number, (below, above) in enumerate(zip(_split(behind), _split(picture), strict=True)):
        # Whole 2 x 2 blocks, as below.
        step = 2 if number == 0 else 1
        top, left = (
            (outer - inner) // (2 * step) * step
            for outer, inner in zip(below.shape, above.shape, strict=True)
        )
        below[top : top + above.shape[0], left : left + above.shape[1]] = above
    return behind


@dataclass(frozen=True)
class Overlay:
    """Something that is laid over many pictures of one size, prepared once."""

    top: int
    left: int
    parts: tuple[tuple[Floats, Floats], ...]
    """For each plane: colour times share, and 1 - share."""

    @classmethod
    def of(cls, colours: Picture, share: Floats) -> Self | None:
        """colours: (height, width, 3) blue, green, red; share: (height, width) 0..1, how much of
        it is seen. None where nothing is.
        """
        rows, columns = np.flatnonzero(share.any(axis=1)), np.flatnonzero(share.any(axis=0))
        if len(rows) == 0:
            return None
        # Whole 2 x 2 blocks, so that both resolutions have the same edges.
        top, left = int(rows[0]) // 2 * 2, int(columns[0]) // 2 * 2
        bottom, right = (int(rows[-1]) // 2 + 1) * 2, (int(columns[-1]) // 2 + 1) * 2
        window = slice(top, bottom), slice(left, right)
        seen = share[window].astype(np.float32)
        coarse = cv2.resize(seen, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(
            np.float32
        )
        planes = to_planes(np.ascontiguousarray(colours[window]))
        shares: tuple[Floats, ...] = (seen, coarse, coarse)
        parts: list[tuple[Floats, Floats]] = [
            (plane * part, 1 - part) for plane, part in zip(_split(planes), shares, strict=True)
        ]
        return cls(top, left, tuple(parts))

    def over(self, planes: Planes, strength: float = 1.0) -> Planes:
        """A copy of the picture with this over it; strength: 0..1, for fading."""
        result = planes.copy()
        for number, (plane, (colour, rest)) in enumerate(
            zip(_split(result), self.parts, strict=True)
        ):
            half = 1 if number == 0 else 2
            top, left = self.top // half, self.left // half
            window = slice(top, top + rest.shape[0]), slice(left, left + rest.shape[1])
            below = plane[window] * (1 - strength * (1 - rest))
            plane[window] = (below + strength * colour + 0.5).astype(np.uint8)
        return result


def _split(planes: Planes) -> tuple[Planes, Planes, Planes]:
    """Views of the three planes."""
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    quarter = height // 2 * (width // 2)
    flat = planes.reshape(-1)[height * width :]
    shape = (height // 2, width // 2)
    return planes[:height], flat[:quarter].reshape(shape), flat[quarter:].reshape(shape)
