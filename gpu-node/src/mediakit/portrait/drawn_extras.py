"""Beard, ears and glasses of the drawn faces."""

import numpy as np

from mediakit.portrait import topology as t
from mediakit.portrait.canvas import Canvas, Points, curve
from mediakit.portrait.drawn_look import Look
from mediakit.portrait.drawn_skin import tinted

_JAW = [234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397,
        288, 361, 323, 454]  # fmt: skip
_CHEEK = [401, 435, 436, 426, 2, 206, 216, 215, 177]
"""Where a beard ends: from ear to ear, over the cheeks and under the nose."""


def draw_ears(canvas: Canvas, look: Look) -> None:
    """Ears, where the hair leaves them free."""
    if look.style != "short":
        return
    for side in (-1, 1):
        ear = canvas.spot(7.15 * side, 0.6, 0.85, 2.0, soft=0.10)
        canvas.paint(ear, tinted(look.skin.shade, 1.12))
        canvas.paint(
            canvas.spot(7.2 * side, 0.6, 0.40, 1.3, soft=0.3), tinted(look.skin.shade, 0.8), 0.7
        )


def draw_beard(canvas: Canvas, face: Points, look: Look) -> None:
    """Short hairs on jaw, chin and upper lip; the lips stay free."""
    if look.beard == 0:
        return
    lips = np.vstack([curve(face[t.LIPS_OUTER_UPPER]), curve(face[t.LIPS_OUTER_LOWER])[::-1]])
    area = canvas.mask(curve(face[_JAW + _CHEEK], closed=True), 0.35)
    chin = np.minimum(1.0, area * (1 - canvas.mask(lips, 0.10)))
    canvas.paint(chin, tinted(look.hair, 0.75), 0.24 + 0.44 * look.beard)
    random = np.random.default_rng(5)
    low, high = face[_JAW].min(axis=0), face[_JAW].max(axis=0)
    height, width = canvas.size
    for _ in range(round(9000 * look.beard)):
        root = random.uniform(low - (0, 0.2), (high[0], face[2, 1]))
        x, y = canvas.to_pixels(root).astype(int)
        if not (0 <= x < width and 0 <= y < height) or chin[y, x] < random.uniform(0.15, 0.9):
            continue
        # Hairs hang to the sides of the upper lip and down from the chin.
        aside = 0.16 if root[1] > face[13, 1] else 0.03
        lean = np.array([aside * np.sign(root[0]) + random.normal(0, 0.05), -0.24])
        hair = canvas.stroke(np.array([root, root + lean]), 0.03)
        light = 1.15 - 0.03 * (root[0] + 4)
        canvas.blend(hair, tinted(look.hair, random.uniform(0.5, 1.35) * light), 0.42)


def draw_glasses(canvas: Canvas, face: Points, look: Look) -> None:
    """Thin dark rims with a bridge, and a little light on the glass."""
    if not look.glasses:
        return
    colour = (38, 36, 44)
    inner: list[Points] = []
    for ring, side in ((t.LEFT_EYE_UPPER + t.LEFT_EYE_LOWER, -1),
                       (t.RIGHT_EYE_UPPER + t.RIGHT_EYE_LOWER, 1)):  # fmt: skip
        x, y = face[ring].mean(axis=0)
        turn = np.linspace(0, 2 * np.pi, 64)
        wide = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.75 * 2.35
        high = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.75 * 1.75
        rim = np.column_stack([x + 0.1 * side + wide, y - 0.15 + high])
        canvas.paint(canvas.mask(rim), (235, 238, 240), 0.07)
        shine = np.array([(x - 1.3, y + 1.0), (x - 0.3, y + 1.25), (x - 1.6, y - 0.8)])
        canvas.paint(canvas.mask(shine, 0.2), (250, 250, 250), 0.13)
        canvas.paint(canvas.line(rim - (0, 0.12), 0.2, 0.12), tinted(look.skin.shade, 0.7), 0.35)
        canvas.paint(canvas.line(rim, 0.22, 0.02), colour, 0.95)
        inner.append(np.array([x + 0.1 * side - 2.35 * side, y + 0.25]))
        temple = np.array([(x + 2.45 * side, y + 0.5), (x + 4.1 * side, y + 0.75)])
        canvas.paint(canvas.line(temple, 0.2, 0.03), colour, 0.9)
    arch = np.array([inner[0], (inner[0] + inner[1]) / 2 + (0, 0.25), inner[1]])
    canvas.paint(canvas.line(curve(arch), 0.2, 0.02), colour, 0.95)
