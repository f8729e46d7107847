"""Engine `drawn_face`: a face drawn along the average landmarks, which therefore fit exactly."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from mediakit.arrays import Floats, Picture
from mediakit.portrait import drawn_look
from mediakit.portrait import topology as t
from mediakit.portrait.canvas import Canvas, Points
from mediakit.portrait.drawn_extras import draw_beard, draw_ears, draw_glasses
from mediakit.portrait.drawn_features import draw_brows, draw_eyes, draw_lips, draw_nose
from mediakit.portrait.drawn_hair import draw_hair_behind, draw_hair_in_front
from mediakit.portrait.drawn_skin import draw_background, draw_body, draw_skin

_SHORT = 0.06
"""How much shorter the lower half of a drawn face is than the average one."""
WIDTH_CM = 35.0
"""Width of the picture; a face is about 18 high."""
CENTRE = (0.0, -1.8)
_OVERSAMPLED_SIDE = 900
"""Smaller pictures are drawn at twice their size; in larger ones nobody sees the difference."""


@lru_cache(maxsize=4)
def draw(side: int, name: str = "robin") -> tuple[Picture, Floats]:
    """A drawn face in `side` x `side` pixels and its (468, 3) landmarks there; always the same."""
    picture, landmarks, _ = draw_cut_out((side, side), name)
    return picture, landmarks


def draw_cut_out(
    size: tuple[int, int], name: str, check_canceled: Callable[[], None] = lambda: None
) -> tuple[Picture, Floats, Floats]:
    """A face in a picture of `size` (height, width), its landmarks there and its matte, 0..1.

    check_canceled: called between the parts, to raise if nobody wants the picture any more.
    """
    times = 2 if min(size) < _OVERSAMPLED_SIDE else 1
    scale = min(size) / WIDTH_CM
    look = drawn_look.look(name)
    face = shaped_face(look.rugged)
    flat = face[:, :2]
    # A tall picture shows more of the body than of the wall above the head.
    spare = (size[0] - min(size)) / scale
    centre = (CENTRE[0], CENTRE[1] - 0.3 * spare)
    canvas = Canvas((size[0] * times, size[1] * times), scale * times, centre)
    steps: list[Callable[[], None]] = [
        lambda: draw_background(canvas, look),
        lambda: draw_hair_behind(canvas, look),
        lambda: draw_body(canvas, look),
        lambda: draw_ears(canvas, look),
        lambda: draw_skin(canvas, face, look),
        lambda: draw_beard(canvas, flat, look),
        lambda: draw_lips(canvas, flat, look),
        lambda: draw_nose(canvas, flat, look),
        lambda: draw_eyes(canvas, flat, look),
        lambda: draw_brows(canvas, flat, look),
        lambda: draw_hair_in_front(canvas, look, check_canceled),
        lambda: draw_glasses(canvas, flat, look),
    ]
    for step in steps:
        check_canceled()
        step()
    places = canvas.to_pixels(flat) / times - 0.5
    picture, matte = canvas.finished(size)
    picture.flags.writeable = False
    return picture, np.column_stack([places, -face[:, 2] * scale]), matte


def shaped_face(rugged: float = 0.0) -> Points:
    """The average face (cm), slimmer, with larger eyes and a small smile on closed lips; `rugged`
    (0..1) takes that back and broadens the chin.
    """
    face = t.canonical_face()[0].copy()
    flat = face[:, :2]
    soft = 1 - rugged
    for upper, lower in (
        (t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER),
        (t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER),
    ):
        more = (0.30 + 0.12 * soft, 0.66 + 0.42 * soft)
        _swell(flat, flat[t.ring(upper, lower)].mean(axis=0), 1.55, more)
    _swell(flat, flat[t.NOSE_TIP] + (0, 0.2), 1.6, (-0.10 - 0.12 * soft, 0.0))
    _close_lips(face)
    _swell(flat, flat[t.LIP_UPPER_INNER], 2.2, (0.24, 0.04 * soft - 0.06))
    _smile(flat)
    _calm_brows(flat)
    flat[:, 1] -= _SHORT * np.minimum(flat[:, 1] + 0.5, 0)
    narrow = 0.07 + 0.12 * soft
    flat[:, 0] *= 0.955 - narrow * np.clip((-0.5 - flat[:, 1]) / 8, 0, 1)
    return face


def _swell(flat: Points, centre: Points, reach: float, more: tuple[float, float]) -> None:
    """Stretch what is near the centre in x and y."""
    arm = flat - centre
    near = np.exp(-(arm**2).sum(axis=1) / (2 * reach**2))[:, None]
    flat += arm * near * more


def _smile(flat: Points) -> None:
    """Corners of the mouth up and outwards, cheeks and lower lids a little up."""
    corner = flat[t.MOUTH_RIGHT].copy()
    for side in (-1, 1):
        away = ((flat - corner * (side, 1)) ** 2).sum(axis=1)
        near = np.exp(-away / (2 * 1.1**2))
        flat += near[:, None] * (0.10 * side, 0.46)
        cheek = ((flat - (4.0 * side, 0.2)) ** 2).sum(axis=1)
        flat[:, 1] += 0.10 * np.exp(-cheek / (2 * 1.5**2))


def _calm_brows(flat: Points) -> None:
    """Flatter arches than the average face's, which look surprised above large eyes."""
    for upper, lower in (
        (t.LEFT_BROW_UPPER, t.LEFT_BROW_LOWER),
        (t.RIGHT_BROW_UPPER, t.RIGHT_BROW_LOWER),
    ):
        for row in (upper, lower):
            level = flat[row, 1].mean()
            flat[row, 1] = level + 0.62 * (flat[row, 1] - level)


def _close_lips(face: Points) -> None:
    apart = face[t.LIPS_INNER_LOWER] - face[t.LIPS_INNER_UPPER]
    face[t.LIPS_INNER_UPPER] += 0.5 * apart
    face[t.LIPS_INNER_LOWER] -= 0.5 * apart
