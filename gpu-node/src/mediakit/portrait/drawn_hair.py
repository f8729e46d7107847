"""Hair of the drawn faces, and what covers it."""

from collections.abc import Callable

import numpy as np

from mediakit.portrait.canvas import Canvas, Colour, Points, Strands, curve, mirrored
from mediakit.portrait.drawn_look import Look
from mediakit.portrait.drawn_skin import tinted

_PARTING = (-2.4, 8.2)
_LAYERS, _STRANDS, _STRAND_CM = 8, 53, 0.055
"""Strands of a fall are drawn in layers of so many, each so wide."""
_LENGTH = {"bob": 0.0, "long": -7.5}
"""How much further down than the chin the hair hangs, cm."""


def draw_hair_behind(canvas: Canvas, look: Look) -> None:
    """What hangs behind neck and face."""
    if look.style == "scarf":
        outline = curve(mirrored([(0, 11.4), (5.2, 10.4), (8.4, 6.4), (8.9, 0), (8.4, -6),
                                  (7.6, -11), (7.8, -15.5), (4, -17.5), (0, -18)]),
                        closed=True)  # fmt: skip
        canvas.paint(canvas.mask(outline, 0.08), tinted(look.scarf, 0.55))
        return
    dark = tinted(look.hair, 0.54)
    if look.style == "short":
        outline = curve(mirrored([(0, 11.3), (4.6, 10.5), (7.3, 7.2), (7.7, 3.2), (7.0, 1.0),
                                  (5, 0), (0, 0)]), closed=True)  # fmt: skip
        canvas.paint(canvas.mask(outline, 0.15), dark)
        return
    end = _LENGTH[look.style]
    outline = curve([(0, 11.6), (5.2, 10.7), (8.6, 7.2), (9.5, 1.5), (9.4, -5), (8.8, -10.2 + end),
                     (6.0, -11.4 + end), (0, -11.0 + end), (-6.0, -11.4 + end),
                     (-8.8, -10.2 + end), (-9.4, -5), (-9.5, 1.5), (-8.6, 7.2), (-5.2, 10.8)],
                    closed=True)  # fmt: skip
    canvas.paint(canvas.mask(outline, 0.08), dark)


def draw_hair_in_front(
    canvas: Canvas, look: Look, check_canceled: Callable[[], None] = lambda: None
) -> None:
    """Two falls of hair from the parting, a short cut, or a scarf."""
    if look.style == "scarf":
        _draw_scarf(canvas, look)
    elif look.style == "short":
        _draw_short(canvas, look)
    else:
        _draw_falls(canvas, look, check_canceled)


def _draw_falls(canvas: Canvas, look: Look, check_canceled: Callable[[], None]) -> None:
    end = _LENGTH[look.style]
    right_in = curve([_PARTING, (0.8, 7.2), (4.3, 5.7), (6.3, 3.0), (6.75, -0.5), (6.6, -5.0),
                      (6.3, -8.2 + end), (6.8, -11.2 + end)])  # fmt: skip
    right_out = curve([(-2.0, 11.4), (2.6, 11.8), (6.6, 10.0), (9.2, 6.0), (9.9, 0.4),
                       (9.9, -5.2), (9.6, -9.3 + end), (7.4, -11.5 + end)])  # fmt: skip
    left_in = curve([_PARTING, (-4.3, 6.6), (-6.0, 4.4), (-6.7, 1.2), (-6.8, -2.4),
                     (-6.6, -6.0), (-6.3, -8.4 + end), (-6.8, -11.2 + end)])  # fmt: skip
    left_out = curve([(-2.0, 11.4), (-5.0, 11.0), (-7.6, 8.8), (-9.4, 5.0), (-9.9, 0.2),
                      (-9.9, -5.2), (-9.6, -9.3 + end), (-7.4, -11.5 + end)])  # fmt: skip
    random = np.random.default_rng(3)
    # On the face only: further down there is no skin behind the hair.
    shadow = np.vstack([left_in[left_in[:, 1] > -5][::-1], right_in[right_in[:, 1] > -5]])
    canvas.paint(canvas.line(shadow - (0, 0.25), 0.7, 0.35), tinted(look.skin.shade, 0.7), 0.45)
    for inner, outer, light in ((left_in, left_out, 1.0), (right_in, right_out, 0.8)):
        _draw_fall(
            canvas,
            inner,
            outer,
            light=light,
            random=random,
            look=look,
            check_canceled=check_canceled,
        )


def _draw_fall(
    canvas: Canvas,
    inner: Points,
    outer: Points,
    *,
    light: float,
    random: np.random.Generator,
    look: Look,
    check_canceled: Callable[[], None],
) -> None:
    shape = canvas.mask(np.vstack([inner, outer[::-1]]), 0.03)
    canvas.paint(shape, look.hair)
    dark, bright, shine = (tinted(look.hair, share) for share in (0.5, 1.3, 1.75))
    # The fall is round: it turns from the light at the face and at its outer edge.
    canvas.paint(canvas.line(inner, 1.5, 0.8) * shape, dark, 0.55)
    canvas.paint(canvas.line(outer, 1.2, 0.7) * shape, dark, 0.45 if light == 1 else 0.7)
    count = len(inner)
    along = np.linspace(0, 1, count)
    # Light where the head is round (a band under the crown), and once more at the tips.
    band = np.exp(-((along - 0.32) ** 2) / 0.012) + 0.4 * np.exp(-((along - 0.78) ** 2) / 0.02)
    for _ in range(_LAYERS):
        strands: dict[Colour, Strands] = {dark: [], bright: [], shine: []}
        for _ in range(_STRANDS):
            across = random.uniform(0.01, 0.99)
            wave = 0.025 * np.sin(along * random.uniform(4, 9) + random.uniform(0, 6))
            share = np.clip(across + wave, 0, 1)[:, None]
            strand = inner * (1 - share) + outer * share
            tone = random.normal(0, 0.5)
            part = strand[int(random.uniform(0, 0.4) * count) : int(random.uniform(0.6, 1) * count)]
            strength = min(0.28, -0.30 * tone) if tone < 0 else min(0.30, 0.34 * tone * light)
            strands[dark if tone < 0 else bright].append((part, strength))
            lit = np.flatnonzero(band > random.uniform(0.2, 0.95))
            if random.uniform() < 0.85 - 0.6 * abs(2 * across - 1) and len(lit) > 3:
                strands[shine].append((strand[lit[0] : lit[-1] + 1], 0.13 * light))
        for colour, drawn in strands.items():
            canvas.paint(canvas.strokes(drawn, _STRAND_CM) * shape, colour)
        check_canceled()
    canvas.paint(canvas.line(inner, 0.12, 0.06) * shape, dark, 0.6)


def _draw_short(canvas: Canvas, look: Look) -> None:
    """A cap of short hair that is fuller above than at the temples."""
    inner = curve([(-6.9, 0.4), (-6.55, 3.0), (-5.9, 5.0), (-4.0, 6.9), (-1.0, 7.5), (2.4, 7.3),
                   (4.8, 6.4), (6.0, 4.8), (6.55, 3.0), (6.9, 0.4)])  # fmt: skip
    outer = curve([(-7.3, 0.2), (-7.75, 4.0), (-7.0, 7.8), (-4.4, 10.8), (-0.8, 11.8), (2.8, 11.4),
                   (5.8, 9.6), (7.5, 6.8), (7.75, 3.6), (7.3, 0.2)])  # fmt: skip
    canvas.paint(canvas.line(inner - (0, 0.2), 0.6, 0.35), tinted(look.skin.shade, 0.75), 0.40)
    shape = canvas.mask(np.vstack([inner, outer[::-1]]), 0.05)
    canvas.paint(shape, look.hair)
    # Round: darker where it turns away, lighter on the side of the light.
    canvas.paint(canvas.line(outer, 1.3, 0.8) * shape, tinted(look.hair, 0.5), 0.55)
    canvas.paint(canvas.spot(-2.2, 9.6, 2.6, 1.0, soft=1.2) * shape, tinted(look.hair, 1.45), 0.55)
    random = np.random.default_rng(11)
    for _ in range(2200):
        at = int(random.uniform(0.02, 0.98) * (len(inner) - 1))
        start = random.uniform(-0.04, 0.80)
        root = inner[at] + (outer[at] - inner[at]) * start
        sweep = np.array([0.9, 0.25]) if abs(root[0]) < 5.5 else np.array([0.12, -0.7])
        tip = root + (outer[at] - inner[at]) * 0.14 + sweep * random.uniform(0.3, 1.0)
        line = canvas.stroke(np.array([root, tip]), random.uniform(0.03, 0.06))
        lit = 1.0 + 0.5 * np.exp(-((root[0] + 2.2) ** 2 + (root[1] - 9.6) ** 2) / 8)
        canvas.blend(line, tinted(look.hair, random.uniform(0.6, 1.3) * lit), 0.33, shape)
    # Single hairs over the rim, so that it is neither a line nor a blur.
    for _ in range(160):
        at = int(random.uniform(0.04, 0.96) * (len(outer) - 2))
        way = outer[at + 1] - outer[at]
        out = np.array([-way[1], way[0]]) / (np.linalg.norm(way) + 1e-6)
        root = outer[at] - 0.25 * out
        tip = outer[at] + out * random.uniform(0.02, 0.14) + way * random.uniform(-2, 2)
        canvas.blend(canvas.stroke(np.array([root, tip]), 0.04), tinted(look.hair, 0.8), 0.6)


def _draw_scarf(canvas: Canvas, look: Look) -> None:
    """Cloth around the face, with folds that run from the chin to the crown."""
    inner = curve([(0, 7.2), (3.6, 6.5), (5.9, 4.2), (6.4, 0.6), (5.6, -3.6), (3.6, -6.9),
                   (0, -8.5), (-3.6, -6.9), (-5.6, -3.6), (-6.4, 0.6), (-5.9, 4.2), (-3.6, 6.5)],
                  closed=True)  # fmt: skip
    outer = curve([(0, 12.0), (5.4, 11.0), (8.8, 7.0), (9.4, 0.4), (9.2, -6.0), (10.2, -13.0),
                   (0, -17.2), (-10.2, -13.0), (-9.2, -6.0), (-9.4, 0.4), (-8.8, 7.0),
                   (-5.4, 11.0)],
                  closed=True)  # fmt: skip
    opening = canvas.mask(inner, 0.05)
    cloth = canvas.mask(outer, 0.06) * (1 - opening)
    canvas.paint(canvas.line(inner, 0.9, 0.4) * opening, tinted(look.skin.shade, 0.7), 0.5)
    canvas.paint(cloth, look.scarf)
    x, y = canvas.grid()
    away = np.exp(-((x + 4) ** 2 + (y - 7) ** 2) / 90)
    canvas.paint(cloth * away, tinted(look.scarf, 1.3), 0.5)
    canvas.paint(cloth * np.clip((x - 1) / 12, 0, 1), tinted(look.scarf, 0.6), 0.6)
    count = len(inner)
    random = np.random.default_rng(2)
    for _ in range(26):
        share = random.uniform(0.1, 0.9)
        first = int(random.uniform(0, 1) * count)
        turn = np.arange(first, first + count // 4) % count
        drift = np.linspace(
            share, np.clip(share + random.uniform(-0.4, 0.4), 0.05, 0.95), len(turn)
        )
        fold = inner[turn] * (1 - drift[:, None]) + outer[turn] * drift[:, None]
        tone = random.choice([0.7, 0.8, 1.18])
        mask = canvas.line(fold, 0.12, 0.14) * cloth
        canvas.paint(mask, tinted(look.scarf, tone), 0.5)
    canvas.paint(canvas.line(inner, 0.22, 0.10) * cloth, tinted(look.scarf, 0.6), 0.7)
