"""Hair of the drawn face: chin-long, parted at one side."""

import numpy as np

from gpu_node.engines.portrait.canvas import Canvas, Points, curve

_DARK = np.array([26, 34, 54], np.float32)
_MAIN = np.array([48, 64, 100], np.float32)
_SHINE = np.array([104, 138, 190], np.float32)

_PARTING = (-2.6, 9.0)


def draw_hair_behind(canvas: Canvas) -> None:
    """What hangs behind neck and face."""
    outline = curve([(0, 12.2), (5.4, 11.2), (9.0, 7.6), (10.0, 1.5), (9.9, -5), (9.0, -10.4),
                     (6.0, -11.8), (0, -11.0), (-6.0, -11.8), (-9.0, -10.4), (-9.9, -5),
                     (-10.0, 1.5), (-9.0, 7.6), (-5.4, 11.4)], closed=True)  # fmt: skip
    canvas.paint(canvas.mask(outline, 0.08), tuple(_DARK.tolist()))


def draw_hair_in_front(canvas: Canvas) -> None:
    """Two falls of hair from the parting, each with strands and a band of light."""
    right_in = curve([_PARTING, (0.6, 8.1), (4.2, 6.6), (6.6, 3.4), (7.1, -0.5), (6.9, -5.0),
                      (6.1, -8.6), (5.6, -11.2)])  # fmt: skip
    right_out = curve([(-2.0, 12.0), (2.6, 12.5), (6.8, 10.6), (9.6, 6.4), (10.3, 0.4),
                       (10.4, -5.2), (9.8, -9.6), (7.4, -11.9)])  # fmt: skip
    left_in = curve([_PARTING, (-4.4, 7.6), (-6.3, 5.2), (-7.0, 1.6), (-7.1, -2.4),
                     (-6.8, -6.0), (-6.1, -8.6), (-5.6, -11.2)])  # fmt: skip
    left_out = curve([(-2.0, 12.0), (-5.2, 11.6), (-8.0, 9.2), (-9.8, 5.2), (-10.3, 0.2),
                      (-10.4, -5.2), (-9.8, -9.6), (-7.4, -11.9)])  # fmt: skip
    random = np.random.default_rng(3)
    shadow = np.vstack([left_in[::-1], right_in])
    canvas.paint(canvas.line(shadow - (0, 0.25), 0.7, 0.35), (70, 88, 150), 0.45)
    for inner, outer, light in ((left_in, left_out, 1.0), (right_in, right_out, 0.8)):
        _draw_fall(canvas, inner, outer, light, random)


def _draw_fall(
    canvas: Canvas, inner: Points, outer: Points, light: float, random: np.random.Generator
) -> None:
    shape = canvas.mask(np.vstack([inner, outer[::-1]]), 0.05)
    canvas.paint(shape, tuple(_MAIN.tolist()))
    count = len(inner)
    along = np.linspace(0, 1, count)
    # Light where the head is round (a band under the crown), less towards the tips.
    band = np.exp(-((along - 0.34) ** 2) / 0.012) * 0.9 + 0.25 * np.exp(
        -((along - 0.72) ** 2) / 0.02
    )
    for _ in range(150):
        across = random.uniform(0.01, 0.99)
        wave = 0.02 * np.sin(along * random.uniform(3, 7) + random.uniform(0, 6))
        share = np.clip(across + wave, 0, 1)[:, None]
        strand = inner * (1 - share) + outer * share
        tone = random.uniform(-1, 1)
        width = random.uniform(0.05, 0.16)
        first = int(random.uniform(0, 0.3) * count)
        last = int(random.uniform(0.7, 1.0) * count)
        dark = canvas.line(strand[first:last], width, 0.03) * shape
        if tone < 0.1:
            canvas.paint(dark, tuple(_DARK.tolist()), 0.35)
        else:
            canvas.paint(dark, tuple((_MAIN * 1.35).tolist()), 0.35 * tone * light)
        if random.uniform() < 0.55:
            lit = np.flatnonzero(band > random.uniform(0.15, 0.9))
            if len(lit) > 3:
                shine = canvas.line(strand[lit[0] : lit[-1] + 1], width * 0.8, 0.06) * shape
                canvas.paint(shine, tuple(_SHINE.tolist()), 0.30 * light)
    canvas.paint(canvas.line(inner, 0.16, 0.10) * shape, tuple(_DARK.tolist()), 0.7)
