"""A canvas in centimetres of the average face, with soft brushes; for the drawn face."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from gpu_node.engines.arrays import Floats

Points = Floats
Colour = tuple[float, float, float]
"""Blue, green, red, 0..255."""
Mask = Floats
Brush = Callable[[NDArray[np.uint8], NDArray[np.int32]], None]
"""Draws a path, in sixteenths of a pixel, into a part of the canvas."""

_SHIFT = 4


class Canvas:
    """Square picture of `side` pixels. Places are (x to the right, y up) in cm from `centre`."""

    def __init__(self, side: int, width_cm: float, centre: tuple[float, float]) -> None:
        self.side = side
        self.scale = side / width_cm
        self.centre = centre
        self.pixels = np.zeros((side, side, 3), np.float32)

    def to_pixels(self, places: Points) -> Points:
        return (places - np.array(self.centre)) * (self.scale, -self.scale) + self.side / 2

    def grid(self) -> tuple[Mask, Mask]:
        """x and y in cm for every pixel."""
        line = (np.arange(self.side, dtype=np.float32) - self.side / 2) / self.scale
        x, y = np.meshgrid(line + np.float32(self.centre[0]), np.float32(self.centre[1]) - line)
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

    def spot(self, x: float, y: float, rx: float, ry: float, soft: float) -> Mask:
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

    def finished(self, side: int) -> NDArray[np.uint8]:
        """The picture at its final size."""
        small = cv2.resize(self.pixels, (side, side), interpolation=cv2.INTER_AREA)
        return np.clip(small + 0.5, 0, 255).astype(np.uint8)

    def _brushed(self, path: Points, blur: float, thick: int, brush: Brush) -> Mask:
        """A mask; only the part around the path is worked on."""
        mask = np.zeros((self.side, self.side), np.float32)
        margin = thick + 3 * blur + 2
        low = np.clip(path.min(axis=0) - margin, 0, self.side).astype(int)
        high = np.clip(path.max(axis=0) + margin, 0, self.side).astype(int)
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
