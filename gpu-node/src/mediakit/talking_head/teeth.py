"""Drawn teeth and tongue for portraits that keep their mouth closed."""

import cv2
import numpy as np

from mediakit.arrays import Floats

_WIDTHS = (0.235, 0.19, 0.19, 0.17, 0.16)
"""Teeth from the middle outwards, in half widths of the mouth."""
_BOTTOMS = (0.050, 0.026, 0.036, 0.0, -0.04)
"""How far below the closed lips their edges lie."""
_ENAMEL = np.array([192, 210, 222], np.float32)
_GUM = np.array([105, 100, 165], np.float32)
_TONGUE = np.array([98, 96, 178], np.float32)

Layer = Floats
Colour = Floats
"""Blue, green, red."""
Shape = tuple[int, int]
Place = tuple[float, float]


def upper_teeth(shape: Shape, origin: Place, scale: float, light: Colour) -> Layer:
    """Ten teeth on an arch, each rounded by its own light, the outer ones darker."""
    layer = np.zeros((*shape, 4), np.float32)
    for side in (-1, 1):
        inner = 0.0
        for width, bottom in zip(_WIDTHS, _BOTTOMS, strict=True):
            middle = inner + width / 2
            arch = -0.10 * middle**2
            top = -0.5
            tooth = _tooth(shape, origin, scale, (side * middle, width, top, bottom + arch))
            fade = light * (1.0 - 0.72 * middle**1.4)
            _lay(
                layer,
                tooth,
                _ENAMEL * fade * _rounded(shape, origin, scale, middle=side * middle, width=width),
            )
            inner += width
    _gums(layer, origin, scale, light)
    return layer


def lower_jaw(shape: Shape, origin: Place, scale: float, light: Colour) -> Layer:
    """The tongue behind a low row of teeth that mostly hides behind the lip."""
    layer = np.zeros((*shape, 4), np.float32)
    tongue = np.zeros(shape, np.float32)
    centre = (round(origin[0]), round(origin[1] + 0.22 * scale))
    cv2.ellipse(tongue, centre, (round(0.62 * scale), round(0.30 * scale)), 0, 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(tongue, (0, 0), 0.07 * scale).astype(np.float32)
    _lay(layer, soft, _TONGUE * light * 0.85)
    groove = np.zeros(shape, np.float32)
    cv2.line(groove, (centre[0], round(origin[1] - 0.05 * scale)), centre, 1.0, 3)
    _lay(layer, cv2.GaussianBlur(groove, (0, 0), 0.04 * scale) * 0.6, _TONGUE * light * 0.5)
    for side in (-1, 1):
        inner = 0.0
        for width in (0.15, 0.15, 0.16, 0.15):
            middle = inner + width / 2
            top = 0.04 + 0.10 * middle**2
            tooth = _tooth(shape, origin, scale, (side * middle, width, top, 0.6))
            _lay(layer, tooth, _ENAMEL * light * 0.72 * (1.0 - 0.6 * middle**1.5))
            inner += width
    return layer


def _tooth(
    shape: Shape, origin: Place, scale: float, box: tuple[float, float, float, float]
) -> Floats:
    """Mask of a tooth: a box (middle, width, top, bottom) with round corners and a soft rim."""
    middle, width, top, bottom = box
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    half = (width / 2 - 0.001, (bottom - top) / 2)
    away_x = np.abs((x - origin[0]) / scale - middle) - half[0] + 0.05
    away_y = np.abs((y - origin[1]) / scale - (top + bottom) / 2) - half[1] + 0.05
    outside = np.hypot(np.maximum(away_x, 0), np.maximum(away_y, 0)) - 0.05
    return np.clip(0.5 - outside / 0.022, 0, 1)


def _rounded(shape: Shape, origin: Place, scale: float, *, middle: float, width: float) -> Floats:
    """Light on one tooth, (height, width, 1): less towards its sides and under the upper lip."""
    x = (np.arange(shape[1], dtype=np.float32) - origin[0]) / scale
    y = (np.arange(shape[0], dtype=np.float32) - origin[1]) / scale
    sides = 1 - 0.20 * np.clip(np.abs(x - middle) / (width / 2), 0, 1) ** 3
    above = 0.80 + 0.20 * np.clip((y + 0.34) / 0.28, 0, 1)
    return (above[:, None] * sides[None, :])[..., None]


def _lay(layer: Layer, mask: Floats, colour: Colour) -> None:
    alpha = mask[..., None]
    layer[..., :3] = layer[..., :3] * (1 - alpha) + colour * alpha
    layer[..., 3:] = layer[..., 3:] * (1 - alpha) + alpha


def _gums(layer: Layer, origin: Place, scale: float, light: Colour) -> None:
    rows = (np.arange(layer.shape[0], dtype=np.float32) - origin[1]) / scale
    share = np.clip((-0.26 - rows) / 0.05, 0, 1)[:, None, None] * layer[..., 3:]
    layer[..., :3] = layer[..., :3] * (1 - share) + _GUM * light * share
