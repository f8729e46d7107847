"""The rounded mouth of "oo" and "oh": the lips gather into a ring instead of only narrowing."""

import numpy as np

from mediakit.arrays import Floats
from mediakit.portrait import topology as t
from mediakit.talking_head.face_frame import FaceFrame
from mediakit.talking_head.mesh import Points

FULL = 0.3
"""How much narrower than at rest the track asks a fully rounded mouth to be."""
_NARROW = (0.57, 0.74)
"""Least and most width that a fully rounded mouth keeps of the portrait's."""
_ROUND_HALF = 0.205
"""Half width of a rounded mouth that people share, in eye distances: a smile has further to go."""
_HOLE = 0.66
"""Half width of the opening of a rounded mouth, as a share of that between the inner corners:
beside it the gathered lips stay together."""
_UPPER_SHARE = 0.34
"""How much of such an opening lies above the line where the lips meet."""
_SMILES, _TRAVELS = (0.28, 0.36), (0.08, 0.055)
"""Half widths of a mouth at rest and of a wide smile, and how far their corners come in."""
_DROP = 0.03
"""How far the corners of a smile go down at most, in eye distances."""
_PLUMP = 1.18
"""Lips gain this much height when they gather."""


def opened(u: Floats) -> Floats:
    """How far lips part, 1 in the middle of the mouth (u = 0), 0 in its corners (u = 1)."""
    return np.clip(1 - u**2, 0, 1) ** 0.85


def round_moves(points: Points, frame: FaceFrame) -> Points:
    """(V, 2) moves for a mouth without width; `FULL` of them is the rounded mouth.

    points: lips closed.
    """
    moves = np.zeros_like(points)
    x, y = _coordinates(points, frame)
    half = float(np.abs(x[[t.MOUTH_LEFT, t.MOUTH_RIGHT]]).mean())
    narrow = np.clip(_ROUND_HALF * frame.unit / half, *_NARROW)
    narrow = max(float(narrow), 1 - _travel(half / frame.unit) * frame.unit / half)
    level = float(y[[t.LIP_UPPER_INNER, t.LIP_LOWER_INNER]].mean())
    # What the corners of a smile keep of their height, the line between the lips keeps, too.
    rise = level - float(y[[t.MOUTH_LEFT, t.MOUTH_RIGHT]].mean())
    lowered = float(np.clip(0.85 * rise, -_DROP * frame.unit, _DROP * frame.unit))
    for rows, middle in ((t.UPPER_LIP, 0), (t.LOWER_LIP, 17)):
        height = _PLUMP * (y[middle] - level)
        edge, inner = rows[0], rows[-1]
        u = np.clip(x[edge] / half, -1, 1)
        seam = level - (rise - lowered) * u**2
        outline = seam + height * np.sqrt(1 - u**2)
        for row in rows:
            # Each row keeps its place between the inner and the outer edge of the lip.
            rest = y[edge] - y[inner]
            share = (y[row] - y[inner]) / np.where(np.abs(rest) < 1e-3, 1, rest)
            share = np.clip(share, 0, 1) if row is not inner else np.zeros(len(row))
            target = seam + share * (outline - seam)
            moves[row] = _move(frame, (narrow - 1) * x[row], target - y[row])
    corners = t.MOUTH_CORNERS
    moves[corners] = _move(frame, (narrow - 1) * x[corners], np.full(len(corners), lowered))
    return moves / FULL


def _travel(half: float) -> float:
    """How far the corner of a mouth of this half width comes in at most, both in eye distances: a
    wide smile creases the cheeks when it is gathered.
    """
    return float(np.interp(half, _SMILES, _TRAVELS))


def pucker_moves(
    points: Points, frame: FaceFrame, gap: float, shares: tuple[float, float]
) -> Points:
    """(V, 2) what a mouth that is fully open and fully rounded adds to both: the opening is a small
    ellipse in the middle of the lips, not a slit from corner to corner.

    gap: of the open mouth, pixels; shares: of it that the upper and lower lip go.
    """
    moves = np.zeros_like(points)
    x, _ = _coordinates(points, frame)
    inner = float(np.abs(x[[78, 308]]).mean())
    u = np.clip(np.abs(x[t.UPPER_LIP[-1]] + x[t.LOWER_LIP[-1]]) / (2 * inner), 0, 1)
    slit, ellipse = opened(u), np.sqrt(np.clip(1 - (u / _HOLE) ** 2, 0, 1))
    for rows, down in (
        (t.UPPER_LIP, shares[0] * slit - _UPPER_SHARE * ellipse),
        (t.LOWER_LIP, (1 - _UPPER_SHARE) * ellipse - shares[1] * slit),
    ):
        for place, row in enumerate(rows):
            # Flesh gives way: the outer edge of a lip follows its inner one only in part.
            follows = 0.45 + 0.55 * place / (len(rows) - 1)
            moves[row] = _move(frame, np.zeros(len(row)), gap * follows * down)
    return moves


def _coordinates(points: Points, frame: FaceFrame) -> tuple[Floats, Floats]:
    """Places in the mouth's axes."""
    away = points - frame.mouth
    return away @ frame.across, away @ frame.down


def _move(frame: FaceFrame, across: Floats, down: Floats) -> Points:
    return across[:, None] * frame.across + down[:, None] * frame.down
