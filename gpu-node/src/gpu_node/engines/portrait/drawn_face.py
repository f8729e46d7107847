"""Engine `drawn_face`: a face drawn along the average landmarks, which therefore fit exactly."""

from functools import lru_cache

import numpy as np

from gpu_node.engines.arrays import Floats, Picture
from gpu_node.engines.engine import Engine
from gpu_node.engines.portrait import topology as t
from gpu_node.engines.portrait.canvas import Canvas, Points
from gpu_node.engines.portrait.drawn_features import draw_brows, draw_eyes, draw_lips, draw_nose
from gpu_node.engines.portrait.drawn_hair import draw_hair_behind, draw_hair_in_front
from gpu_node.engines.portrait.drawn_skin import draw_background, draw_body, draw_skin

NAME = "drawn_face"

WIDTH_CM = 38.0
"""Width of the picture; a face is about 18 high."""
CENTRE = (0.0, -1.6)
_OVERSAMPLING = 2


@lru_cache(maxsize=2)
def draw(side: int) -> tuple[Picture, Floats]:
    """The demo face in `side` x `side` pixels and its (468, 3) landmarks there; always the same."""
    face = shaped_face()
    canvas = Canvas(side * _OVERSAMPLING, WIDTH_CM, CENTRE)
    draw_background(canvas)
    draw_hair_behind(canvas)
    draw_body(canvas)
    draw_skin(canvas, face)
    draw_lips(canvas, face[:, :2])
    draw_nose(canvas, face[:, :2])
    draw_eyes(canvas, face[:, :2])
    draw_brows(canvas, face[:, :2])
    draw_hair_in_front(canvas)
    scale = side / WIDTH_CM
    places = canvas.to_pixels(face[:, :2]) / _OVERSAMPLING - 0.5
    picture = canvas.finished(side)
    picture.flags.writeable = False
    return picture, np.column_stack([places, -face[:, 2] * scale])


def shaped_face() -> Points:
    """The average face (cm), slimmer, with larger eyes and a small smile on closed lips."""
    face = t.canonical_face()[0].copy()
    flat = face[:, :2]
    for upper, lower in (
        (t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER),
        (t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER),
    ):
        _swell(flat, flat[t.ring(upper, lower)].mean(axis=0), 1.7, (0.24, 0.52))
    _swell(flat, flat[t.NOSE_TIP] + (0, 0.2), 1.6, (-0.16, 0.0))
    _close_lips(face)
    _swell(flat, flat[t.LIP_UPPER_INNER], 2.2, (0.20, 0.06))
    _smile(flat)
    flat[:, 0] *= 0.95 - 0.09 * np.clip((-0.5 - flat[:, 1]) / 8, 0, 1)
    return face


def _swell(flat: Points, centre: Points, reach: float, more: tuple[float, float]) -> None:
    """Stretch what is near the centre in x and y."""
    arm = flat - centre
    near = np.exp(-(arm**2).sum(axis=1) / (2 * reach**2))[:, None]
    flat += arm * near * more


def _smile(flat: Points) -> None:
    corner = flat[t.MOUTH_RIGHT].copy()
    for side in (-1, 1):
        away = ((flat - corner * (side, 1)) ** 2).sum(axis=1)
        flat[:, 1] += 0.30 * np.exp(-away / (2 * 1.0**2))


def _close_lips(face: Points) -> None:
    apart = face[t.LIPS_INNER_LOWER] - face[t.LIPS_INNER_UPPER]
    face[t.LIPS_INNER_UPPER] += 0.5 * apart
    face[t.LIPS_INNER_LOWER] -= 0.5 * apart


def describe() -> Engine:
    """Announce the engine."""
    return Engine(name=NAME, available=True, license="Apache-2.0")
