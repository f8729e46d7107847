"""A canvas in centimetres of the average face, with soft brushes; for the drawn face."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

Points = NDArray[np.float64]
Colour = tuple[float, float, float]
"""Blue, green, red, 0..255."""
Mask = NDArray[np.float32]

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
        mask = np.zeros((self.side, self.side), np.uint8)
        fixed = np.round(self.to_pixels(outline) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, shift=_SHIFT)
        return self._soft(mask, soft)

    def line(self, path: Points, width: float, soft: float = 0.0) -> Mask:
        """1 on the line, `width` in cm."""
        mask = np.zeros((self.side, self.side), np.uint8)
        fixed = np.round(self.to_pixels(path) * (1 << _SHIFT)).astype(np.int32)
        thick = max(1, round(width * self.scale))
        cv2.polylines(mask, [fixed], False, 255, thick, cv2.LINE_AA, shift=_SHIFT)
        return self._soft(mask, soft)

    def spot(self, x: float, y: float, rx: float, ry: float, soft: float) -> Mask:
        """A blurred ellipse."""
        turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        return self.mask(np.column_stack([x + rx * np.cos(turn), y + ry * np.sin(turn)]), soft)

    def paint(self, mask: Mask, colour: Colour | NDArray[np.float32], strength: float = 1) -> None:
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

    def _soft(self, mask: NDArray[np.uint8], soft: float) -> Mask:
        mask = mask.astype(np.float32) / 255
        return cv2.GaussianBlur(mask, (0, 0), soft * self.scale) if soft else mask


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
