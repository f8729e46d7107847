"""Background, body and the lit skin of the drawn face."""

import cv2
import numpy as np
from scipy.interpolate import CloughTocher2DInterpolator

from mediakit.arrays import Floats
from mediakit.portrait import topology as t
from mediakit.portrait.canvas import Canvas, Points, curve, mirrored
from mediakit.portrait.drawn_look import Look

_LIGHT = np.array([-0.35, 0.42, 0.84])
"""Direction to the light: from the left, from above, from the front."""
_RELIEF_SHARE = 6.7
"""Pixels per cm: the relief is smooth, a small picture of it is enough."""


def draw_background(canvas: Canvas, look: Look) -> None:
    """A wall that is lighter behind the head."""
    x, y = canvas.grid()
    glow = np.exp(-((x + 3) ** 2 + (y - 3) ** 2) / 260)[..., None]
    canvas.pixels[:] = (
        np.array(look.wall[0], np.float32) * (1 - glow) + np.array(look.wall[1], np.float32) * glow
    )


def draw_body(canvas: Canvas, look: Look) -> None:
    """Neck and a pullover."""
    x, y = canvas.grid()
    lit, shade = (np.array(c, np.float32) for c in (look.skin.lit, look.skin.shade))
    w = 0.86 + 0.13 * look.rugged
    neck = curve([(-4.3 * w, -5), (-4.1 * w, -10), (-4.8 * w, -13.4), (-8.4, -16), (-8, -21),
                  (8, -21), (8.4, -16), (4.8 * w, -13.4), (4.1 * w, -10),
                  (4.3 * w, -5)])  # fmt: skip
    round_off = np.clip(1 - (np.abs(x + 0.8) / 5.4) ** 2.4, 0, 1)[..., None]
    canvas.paint(canvas.mask(neck), shade * 0.86 + (lit - shade) * 0.72 * round_off)
    # The chin's shadow on the neck.
    shadow = canvas.spot(0.7, -9.4, 4.6, 2.7, soft=0.9) * canvas.mask(neck)
    canvas.paint(shadow, _darker(look, 0.80), 0.75)
    shoulders = curve(mirrored([(4.6, -13.7), (6.6, -14.1), (10.4, -15.6), (14.6, -17.2),
                                (17.3, -20.5), (18.4, -26.0), (18.9, -44.0)]))  # fmt: skip
    collar = curve([(-5.0, -13.6), (-3.4, -15.8), (0, -16.7), (3.4, -15.8), (5.0, -13.6)])
    pullover = np.vstack([shoulders, collar])
    fold = 0.5 + 0.5 * np.sin(x * 0.55 + 0.12 * y * np.tanh(x / 2))
    light = np.clip(0.95 - 0.030 * (x + 6) - 0.02 * (-y - 14), 0.55, 1.1) * (0.94 + 0.06 * fold)
    canvas.paint(canvas.mask(pullover), np.array(look.clothes, np.float32) * light[..., None])
    rim = canvas.line(collar - (0, 0.18), 0.55, 0.05)
    canvas.paint(rim, tinted(look.clothes, 1.18), 0.9)
    canvas.paint(canvas.line(collar - (0, 0.55), 0.10, 0.06), tinted(look.clothes, 0.6), 0.6)
    canvas.paint(canvas.line(np.add(collar, (0, 0.22)), 0.25, 0.16), _darker(look, 0.8), 0.5)


def draw_skin(canvas: Canvas, face: Points, look: Look) -> None:
    """The face, lit by its own relief, with warm cheeks."""
    outline = curve(face[t.OVAL, :2], closed=True)
    light = _light(canvas, face)[..., None]
    lit, shade = (np.array(c, np.float32) for c in (look.skin.lit, look.skin.shade))
    skin = shade + (lit - shade) * light
    canvas.paint(canvas.mask(outline, 0.06), skin.astype(np.float32))
    inside = canvas.mask(outline, 0.3)
    for x in (-4.6, 4.6):
        canvas.paint(
            canvas.spot(x, -1.2, 1.9, 1.4, soft=1.1) * inside,
            look.skin.blush,
            0.30 - 0.18 * look.rugged,
        )
    canvas.paint(canvas.spot(0, -1.0, 0.9, 0.7, soft=0.5), look.skin.blush, 0.18)
    canvas.paint(canvas.spot(-0.25, -0.75, 0.34, 0.3, soft=0.22), tinted(look.skin.lit, 1.2), 0.4)
    canvas.paint(
        canvas.spot(-1.6, 6.3, 2.6, 1.1, soft=1.0) * inside, tinted(look.skin.lit, 1.12), 0.35
    )


def tinted(colour: tuple[int, int, int], share: float) -> tuple[float, float, float]:
    """The colour made lighter or darker."""
    blue, green, red = (min(255.0, value * share) for value in colour)
    return blue, green, red


def _darker(look: Look, share: float) -> tuple[float, float, float]:
    return tinted(look.skin.shade, share)


def _light(canvas: Canvas, face: Points) -> Floats:
    """How bright the skin is, 0..1, from the slope of the relief."""
    size = tuple(round(pixels / canvas.scale * _RELIEF_SHARE) for pixels in canvas.size)
    small = Canvas((size[0], size[1]), size[1] * canvas.scale / canvas.size[1], canvas.centre)
    x, y = small.grid()
    # Beyond the face the relief falls away, so that its rim turns from the light.
    outline = face[t.OVAL]
    beyond = outline * (1.25, 1.25, 1) - (0, 0, 3.0)
    known = np.concatenate([face, beyond])
    relief = CloughTocher2DInterpolator(known[:, :2], known[:, 2], fill_value=-8.0)
    depth = cv2.GaussianBlur(relief(x, y).astype(np.float32), (0, 0), 1.6)
    down, across = np.gradient(depth * small.scale)
    normal = np.stack([-across, down, np.full_like(depth, 1.9)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    shine = np.clip(normal @ _LIGHT, 0, 1) ** 0.9
    light = np.clip(0.16 + 0.92 * shine, 0, 1.05).astype(np.float32)
    return cv2.resize(light, canvas.size[::-1], interpolation=cv2.INTER_CUBIC)
