"""A canvas in centimetres of the average face, with soft brushes; for the drawn face."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from mediakit.arrays import Floats

Points = Floats
Colour = tuple[float, float, float]
"""Blue, green, red, 0..255."""
Mask = Floats
Strands = list[tuple[Points, float]]
"""Lines and how strongly each is drawn, 0..1."""
Brush = Callable[[NDArray[np.uint8], NDArray[np.int32]], None]
"""Draws a path, in sixteenths of a pixel, into a part of the canvas."""

_SHIFT = 4


class Canvas:
    """Picture of `size` (height, width) pixels, `scale` of them per cm. Places are (x to the right,
    y up) in cm; `centre` lies in the middle.
    """

    def __init__(self, size: tuple[int, int], scale: float, centre: tuple[float, float]) -> None:
        self.size = size
        self.scale = scale
        self.centre = centre
        self.pixels = np.zeros((*size, 3), np.float32)
        self.cover = np.zeros(size, np.float32)
        """How much of each pixel has been painted over."""

    def to_pixels(self, places: Points) -> Points:
        return (places - np.array(self.centre)) * (self.scale, -self.scale) + np.array(
            self.size[::-1]
        ) / 2

    def grid(self) -> tuple[Mask, Mask]:
        """x and y in cm for every pixel."""
        height, width = self.size
        across = (np.arange(width, dtype=np.float32) - width / 2) / self.scale + self.centre[0]
        down = (np.arange(height, dtype=np.float32) - height / 2) / self.scale - self.centre[1]
        x, y = np.meshgrid(across.astype(np.float32), -down.astype(np.float32))
        return x, y

    def mask(self, outline: Points, soft: float = 0.0) -> Mask:
        """1 inside the outline; `soft` blurs its rim (cm)."""

        def fill(part: NDArray[np.uint8], fixed: NDArray[np.int32]) -> None:
            cv2.fillPoly(part, [fixed], (255,), cv2.LINE_AA, shift=_SHIFT)

        return self._brushed(self.to_pixels(outline), soft * self.scale, 1, fill)

    def line(self, path: Points, width: float, soft: float = 0.0) -> Mask:
        """1 on the line, `width` in cm."""
        thick = max(1, round(width * self.scale))

        def stroke(part: NDArray[np.uint8], fixed: NDArray[np.int32]) -> None:
            cv2.polylines(part, [fixed], False, (255,), thick, cv2.LINE_AA, shift=_SHIFT)

        return self._brushed(self.to_pixels(path), soft * self.scale, thick, stroke)

    def stroke(self, path: Points, width: float) -> tuple[tuple[slice, slice], Mask]:
        """A small line as the part of the picture it lies in and its mask there: many are cheap."""
        places = self.to_pixels(path)
        thick = max(1, round(width * self.scale))
        low = np.clip(places.min(axis=0) - thick - 2, 0, self.size[::-1]).astype(int)
        high = np.clip(places.max(axis=0) + thick + 2, 0, self.size[::-1]).astype(int)
        part = np.zeros((max(1, high[1] - low[1]), max(1, high[0] - low[0])), np.uint8)
        fixed = np.round((places - low) * (1 << _SHIFT)).astype(np.int32)
        cv2.polylines(part, [fixed], False, (255,), thick, cv2.LINE_AA, shift=_SHIFT)
        return (slice(low[1], high[1]), slice(low[0], high[0])), part.astype(np.float32) / 255

    def strokes(self, lines: Strands, width: float) -> Mask:
        """Many lines as one mask, each with its own strength; `width` in cm."""
        mask = np.zeros(self.size, np.uint8)
        thick = max(1, round(width * self.scale))
        for path, strength in lines:
            fixed = np.round(self.to_pixels(path) * (1 << _SHIFT)).astype(np.int32)
            shown = (round(255 * strength),)
            cv2.polylines(mask, [fixed], False, shown, thick, cv2.LINE_AA, shift=_SHIFT)
        return mask.astype(np.float32) / 255

    def blend(
        self,
        stroke: tuple[tuple[slice, slice], Mask],
        colour: Colour,
        strength: float,
        within: Mask | None = None,
    ) -> None:
        """Lay a colour over what a stroke shows `within` a mask."""
        part, mask = stroke
        window = self.pixels[part]
        alpha = mask[: window.shape[0], : window.shape[1]] * np.float32(strength)
        if within is not None:
            alpha = alpha * within[part]
        window += alpha[..., None] * (np.array(colour, np.float32) - window)

    def spot(self, x: float, y: float, rx: float, ry: float, *, soft: float) -> Mask:
        """A blurred ellipse."""
        turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        return self.mask(np.column_stack([x + rx * np.cos(turn), y + ry * np.sin(turn)]), soft)

    def paint(self, mask: Mask, colour: Colour | Floats, strength: float = 1) -> None:
        """Lay a colour, or a whole picture of colours, over what the mask shows."""
        rows = np.flatnonzero(mask.any(axis=1))
        columns = np.flatnonzero(mask.any(axis=0))
        if len(rows) == 0:
            return
        part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        alpha = mask[part][..., None] * np.float32(strength)
        over = colour[part] if isinstance(colour, np.ndarray) else np.array(colour, np.float32)
        self.pixels[part] += alpha * (over - self.pixels[part])
        self.cover[part] += alpha[..., 0] * (1 - self.cover[part])

    def finished(self, size: tuple[int, int]) -> tuple[NDArray[np.uint8], Mask]:
        """The picture at its final size (height, width), and what has been painted over."""
        small = cv2.resize(self.pixels, size[::-1], interpolation=cv2.INTER_AREA)
        cover = cv2.resize(self.cover, size[::-1], interpolation=cv2.INTER_AREA)
        return np.clip(small + 0.5, 0, 255).astype(np.uint8), cover.astype(np.float32)

    def _brushed(self, path: Points, blur: float, thick: int, brush: Brush) -> Mask:
        """A mask; only the part around the path is worked on."""
        mask = np.zeros(self.size, np.float32)
        margin = thick + 3 * blur + 2
        low = np.clip(path.min(axis=0) - margin, 0, self.size[::-1]).astype(int)
        high = np.clip(path.max(axis=0) + margin, 0, self.size[::-1]).astype(int)
        if (high <= low).any():
            return mask
        part = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        brush(part, np.round((path - low) * (1 << _SHIFT)).astype(np.int32))
        soft = part.astype(np.float32) / 255
        if blur:
            soft = cv2.GaussianBlur(soft, (0, 0), blur, borderType=cv2.BORDER_REPLICATE)
        mask[low[1] : high[1], low[0] : high[0]] = soft
        return mask


def curve(points: list[tuple[float, float]] | Points, closed: bool = False) -> Points:
    """A smooth line through the points."""
    knots = np.array(points, float)
    if closed:
        knots = np.vstack([knots, knots[:1]])
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    spline = CubicSpline(steps, knots, bc_type="periodic" if closed else "natural")
    return spline(np.linspace(0, steps[-1], 12 * len(knots)))


def mirrored(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points of the right half (x > 0) and, back up, those of the left half."""
    return points + [(-x, y) for x, y in reversed(points) if x]
