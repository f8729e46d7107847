"""Eyes, brows, nose and lips of the drawn face; all along its landmarks."""

import numpy as np

from mediakit.portrait import topology as t
from mediakit.portrait.canvas import Canvas, Mask, Points, curve
from mediakit.portrait.drawn_look import Look
from mediakit.portrait.drawn_skin import tinted

_LASH = (30, 34, 52)


def draw_lips(canvas: Canvas, face: Points, look: Look) -> None:
    """Lips in one colour that the light from above tells apart; the seam is where the mouth will
    open. Contrast is low on purpose: a face network takes a gleaming lip for teeth.
    """
    seam = curve(face[t.LIPS_INNER_UPPER])
    full = 1 - 0.5 * look.rugged
    dark = tinted(look.skin.lip, 0.42)
    upper = np.vstack([curve(face[t.LIPS_OUTER_UPPER]), seam[::-1]])
    lower = np.vstack([curve(face[t.LIPS_OUTER_LOWER]), curve(face[t.LIPS_INNER_LOWER])[::-1]])
    canvas.paint(canvas.mask(upper, 0.09), tinted(look.skin.lip, 0.84), 0.80 * full)
    canvas.paint(canvas.mask(lower, 0.10), tinted(look.skin.lip, 0.97), 0.80 * full)
    # The upper lip turns from the light, more so towards the seam; the lower one towards the chin.
    canvas.paint(canvas.line(seam, 0.42, 0.2) * canvas.mask(upper), dark, 0.30 * full)
    edge = face[t.LIPS_OUTER_LOWER[2:-2]]
    canvas.paint(canvas.line(curve(edge), 0.34, 0.2) * canvas.mask(lower), dark, 0.22 * full)
    middle = face[t.LIPS_OUTER_LOWER[5]] * 0.5 + face[14] * 0.5
    for x, strength in ((-0.55, 0.30), (0.45, 0.18)):
        glow = canvas.spot(middle[0] + x, middle[1], 0.42, 0.12, soft=0.13)
        canvas.paint(glow, tinted(look.skin.lip, 1.5), strength * full)
    canvas.paint(canvas.line(seam, 0.08, 0.05), dark, 0.75)
    for corner, side in ((78, -1), (308, 1)):
        x, y = face[corner]
        canvas.paint(canvas.spot(x + 0.12 * side, y + 0.04, 0.22, 0.12, soft=0.12), dark, 0.42)
        dimple = np.array([(x + 0.55 * side, y + 0.45), (x + 0.68 * side, y - 0.1)])
        canvas.paint(canvas.line(dimple, 0.14, 0.16), tinted(look.skin.shade, 0.9), 0.35)
    under = face[t.LIPS_OUTER_LOWER[5]] - (0, 0.42)
    canvas.paint(
        canvas.spot(under[0], under[1], 1.2, 0.2, soft=0.28), tinted(look.skin.shade, 0.95), 0.36
    )


def draw_nose(canvas: Canvas, face: Points, look: Look) -> None:
    """Nostrils and the shadow that gives the tip its shape."""
    for rim, side in ((97, -1), (326, 1)):
        x, y = face[rim]
        nostril = canvas.spot(x + 0.28 * side, y + 0.10, 0.36, 0.17, soft=0.09)
        canvas.paint(nostril, tinted(look.skin.shade, 0.52), 0.8)
    for wing in ([129, 64, 98], [358, 294, 327]):
        canvas.paint(canvas.line(curve(face[wing]), 0.12, 0.12), tinted(look.skin.shade, 0.86), 0.5)
    canvas.paint(
        canvas.spot(0.35, face[2, 1] - 0.15, 1.1, 0.16, soft=0.2),
        tinted(look.skin.shade, 0.9),
        0.45,
    )


def draw_eyes(canvas: Canvas, face: Points, look: Look) -> None:
    """Both eyes look at the viewer."""
    for upper, lower, side in (
        (t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER, -1),
        (t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER, 1),
    ):
        lid, rim = curve(face[upper]), curve(face[lower])
        lash = 0.16 - 0.07 * look.rugged
        ball = canvas.mask(np.vstack([lid, rim[::-1]]))
        centre = face[upper + lower].mean(axis=0)
        _draw_socket(canvas, lid, side, look)
        canvas.paint(ball, (226, 232, 238))
        canvas.paint(
            canvas.spot(face[upper[-1], 0], face[upper[-1], 1], 0.3, 0.25, soft=0.15) * ball,
            (150, 160, 222),
            0.7,
        )
        _draw_iris(canvas, ball, (centre[0], centre[1] + 0.08), look)
        canvas.paint(canvas.line(lid - (0, 0.12), 0.3, 0.12) * ball, (96, 92, 112), 0.65)
        canvas.paint(canvas.line(rim, 0.06, 0.03), tinted(look.skin.shade, 0.8), 0.6)
        canvas.paint(canvas.line(np.add(lid, (0, 0.02)), lash, 0.03), _LASH, 0.95)
        outer, before = face[upper[0]], lid[5]
        tip = np.add(outer, (0.30 * side * (1 - look.rugged), 0.18 * (1 - look.rugged)))
        canvas.paint(canvas.line(np.array([before, outer, tip]), 0.10, 0.05), _LASH, 0.85)


def _draw_socket(canvas: Canvas, lid: Points, side: int, look: Look) -> None:
    """The hollow above the eye and the crease of the lid."""
    x, y = lid.mean(axis=0)
    canvas.paint(
        canvas.spot(x - 0.2 * side, y + 0.55, 1.6, 0.55, soft=0.45),
        tinted(look.skin.shade, 0.98),
        0.5,
    )
    crease = np.add(lid[8:-4], (0, 0.42))
    canvas.paint(canvas.line(crease, 0.09, 0.06), tinted(look.skin.shade, 0.66), 0.7)


def _draw_iris(canvas: Canvas, ball: Mask, centre: tuple[float, float], look: Look) -> None:
    x, y = centre
    canvas.paint(canvas.spot(x, y, 0.86, 0.86, soft=0.03) * ball, tinted(look.iris, 0.42))
    canvas.paint(canvas.spot(x, y, 0.75, 0.75, soft=0.06) * ball, look.iris)
    canvas.paint(
        canvas.spot(x, y - 0.26, 0.48, 0.34, soft=0.15) * ball, tinted(look.iris, 1.5), 0.8
    )
    canvas.paint(canvas.spot(x, y, 0.36, 0.36, soft=0.03) * ball, (22, 20, 18))
    canvas.paint(
        canvas.spot(x - 0.24, y + 0.26, 0.15, 0.15, soft=0.03) * ball, (252, 252, 252), 0.95
    )
    canvas.paint(
        canvas.spot(x + 0.26, y - 0.26, 0.09, 0.09, soft=0.04) * ball, (240, 240, 240), 0.45
    )


def draw_brows(canvas: Canvas, face: Points, look: Look) -> None:
    """Brows: a soft shape with hairs that lie along it."""
    random = np.random.default_rng(7)
    for upper, lower in (
        (t.LEFT_BROW_UPPER, t.LEFT_BROW_LOWER),
        (t.RIGHT_BROW_UPPER, t.RIGHT_BROW_LOWER),
    ):
        top, bottom = curve(face[upper]), curve(face[lower])
        middle = (top + bottom) / 2
        # Brows begin softly at the nose, are full above the eye and end in a point.
        along = np.linspace(0, 1, len(top))
        thin = (0.42 + 0.55 * np.sin(np.pi * np.clip(0.22 + 0.68 * (1 - along), 0, 1)))[:, None]
        thin *= 1.0 + 0.3 * look.rugged
        shape = np.vstack(
            [middle + (top - middle) * thin, (middle + (bottom - middle) * thin)[::-1]]
        )
        canvas.paint(canvas.mask(shape, 0.14), look.brow, 0.62)
        for at in np.linspace(0.02, 0.98, 90):
            i = int(at * (len(top) - 1))
            share = random.uniform(-0.7, 0.7) * thin[i, 0]
            root = middle[i] + (top[i] - middle[i]) * share
            out = np.sign(root[0])
            hair = np.array([root, np.add(root, (out * 0.36, 0.16 - 0.22 * at))])
            canvas.blend(canvas.stroke(hair, 0.035), tinted(look.brow, 0.7), 0.35)
