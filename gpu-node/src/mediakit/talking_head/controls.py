"""What moves when the mouth opens and an eye closes: a field of moves per control."""

from dataclasses import dataclass

import numpy as np

from mediakit.arrays import Floats, Indices
from mediakit.portrait import topology as t
from mediakit.talking_head.closing import closing_moves
from mediakit.talking_head.face_frame import FaceFrame, face_frame
from mediakit.talking_head.mesh import HeadMesh, Points, spread
from mediakit.talking_head.rounding import FULL, opened, pucker_moves, round_moves
from mediakit.talking_head.soundness import overshoots, torn

GAP = 0.21
"""Distance of the lips at `open` = 1, in units of the distance between the outer eye corners."""
_LOWER_SHARE, _UPPER_SHARE = 0.78, 0.22
JAW_SHARE = 0.68
"""How much of the gap chin, lower teeth and tongue go down."""

LOCAL = ("open", "spread", "round", "pucker", "blink", "brow")

_MOST = np.array([1.0, 0.15, 0.35, 1.0, 1.0, 1.6])
"""The greatest strength of each of them."""

_EXTREME_POSES: tuple[dict[str, float], ...] = (
    {},
    {"open": 1.0},
    {"open": 0.4, "spread": 0.12},
    {"open": 0.5, "round": FULL, "pucker": 0.5},
    {"blink": 1.0},
)
"""How strong the controls are in them."""

_STILL = [1, 2, 4, 5, 6, 19, 94, 168, 195, 197, 98, 327, 64, 294, 117, 346, 123, 352]
"""Nose and the skin under the eyes."""
_LIPS = [*t.MOUTH_CORNERS, *(i for row in (*t.UPPER_LIP, *t.LOWER_LIP) for i in row)]
_JAW = {
    152: 1.0, 148: 0.98, 377: 0.98, 176: 0.92, 400: 0.92, 149: 0.80, 378: 0.80, 150: 0.63,
    379: 0.63, 136: 0.45, 365: 0.45, 172: 0.27, 397: 0.27, 58: 0.10, 288: 0.10,
}  # fmt: skip
"""The jaw bone turns about its joints: how far each point goes down with the chin."""
_SKULL = [i for i in t.OVAL if i not in _JAW]
_EYES = (
    (t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER, [247, 30, 29, 27, 28, 56, 190]),
    (t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER, [467, 260, 259, 257, 258, 286, 414]),
)
"""Edges of the lids and the crease above the upper one."""
_AROUND_EYES = [
    113, 225, 224, 223, 222, 221, 189, 342, 445, 444, 443, 442, 441, 413,
    25, 110, 24, 23, 22, 26, 112, 255, 339, 254, 253, 252, 256, 341, 130, 243, 359, 463,
    31, 228, 229, 230, 231, 232, 233, 261, 448, 449, 450, 451, 452, 453,
]  # fmt: skip
"""Where glasses sit: with them a blink moves the lids only."""
_UNDER_BROWS = [225, 224, 223, 222, 221, 445, 444, 443, 442, 441]
"""Held on a blink, or the brows' own lower hairs would go down with the lids."""
_UNDER_BROW_SHARE = 0.6
"""How far they go up with the brows."""
_CREASE_SHARE = 0.3


@dataclass(frozen=True)
class Fields:
    """Moves in pixels for each point of the mesh when a control is 1."""

    local: Floats
    """(len(LOCAL), V, 2)."""
    closing: Points
    """(V, 2): brings lips together that the portrait shows apart; always on."""

    def window(self, mesh: HeadMesh, size: tuple[int, int]) -> tuple[slice, slice]:
        """The part of a picture of `size` (height, width) that mouth, eyes and brows can ever
        move: its rows and columns.
        """
        most = _MOST[:, None, None] * np.abs(self.local)
        touched = (most.sum(axis=0) + np.abs(self.closing)).max(axis=1) > 0.4
        used = mesh.triangles[touched[mesh.triangles].any(axis=1)]
        corners = mesh.points[np.unique(used)]
        margin = np.ceil(self.local[0].max()) + 4
        low = np.clip(np.floor(corners.min(axis=0)) - 4, 0, size[::-1]).astype(int)
        high = np.clip(np.ceil(corners.max(axis=0)) + margin, 0, size[::-1]).astype(int)
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def fields(mesh: HeadMesh, glasses: bool = False) -> Fields:
    """All fields of a mesh; the expensive part is one solve. With `glasses` their rims stay put."""
    frame = face_frame(mesh.points)
    eyes = [i for upper, lower, _ in _EYES for i in t.ring(upper, lower)]
    # Without glasses the skin around the eye follows freely, which stretches the lid less.
    rims = [i for eye in _EYES for i in eye[2]] + _AROUND_EYES if glasses else _UNDER_BROWS
    brows = t.LEFT_BROW_UPPER + t.LEFT_BROW_LOWER + t.RIGHT_BROW_UPPER + t.RIGHT_BROW_LOWER
    above = (mesh.points - frame.mouth) @ frame.down < 0
    still = np.flatnonzero((mesh.reach > 1.5) | (above & (mesh.reach > 1)))
    fixed = [*_STILL, *_SKULL, *rims, *still]
    controls = np.unique(np.array([*_LIPS, *eyes, *brows, *_JAW, *fixed]))
    closing = closing_moves(mesh.points, frame, _JAW)
    closed = mesh.points + closing
    rounded = round_moves(closed, frame)
    puckered = pucker_moves(closed, frame, GAP * frame.unit, (_UPPER_SHARE, _LOWER_SHARE))
    local = [_open(mesh.points, frame), _spread(mesh.points, frame), rounded, puckered,
             _blink(mesh.points, 0.0 if glasses else _CREASE_SHARE),
             _brow(mesh.points, frame, 0.0 if glasses else _UNDER_BROW_SHARE)]  # fmt: skip
    asked = np.stack([*local, closing])
    found = _solved(mesh, controls, asked, stiff=True)
    shown = _extremes(found)
    if overshoots(shown, controls, frame.unit) or torn(mesh, shown, frame.unit):
        found = _solved(mesh, controls, asked, stiff=False)
    # A bent plate swings back beyond its supports; a blink must not pull at the hair line.
    depth = (mesh.points - frame.mouth) @ frame.down
    found[LOCAL.index("blink"), depth < depth[brows].min()] = 0
    return Fields(local=found[:-1], closing=found[-1])


def _solved(mesh: HeadMesh, controls: Indices, asked: Floats, *, stiff: bool) -> Floats:
    """(fields, V, 2) moves of all points from those that are asked of the controls."""
    columns = np.concatenate(list(asked), axis=1)
    moves = spread(mesh, controls, columns, stiff=stiff)
    return np.stack(np.split(moves, len(asked), axis=1))


def _extremes(found: Floats) -> list[Points]:
    """The mouths and lids that a film shows at most, as moves of all points."""
    return [
        found[-1] + np.tensordot([pose.get(name, 0.0) for name in LOCAL], found[:-1], axes=1)
        for pose in _EXTREME_POSES
    ]


def columns(points: Points, frame: FaceFrame) -> Floats:
    """1 in the middle of the mouth, 0 at its inner corners, per column of lip points, (9, 1)."""
    edges = [t.LIPS_INNER_UPPER[1:-1], t.LIPS_INNER_LOWER[1:-1]]
    inner = abs(float((points[308] - points[78]) @ frame.across)) / 2
    offset = (points[edges].mean(axis=0) - frame.mouth) @ frame.across / inner
    return opened(np.clip(offset, -1, 1))[:, None]


def _open(points: Points, frame: FaceFrame) -> Points:
    moves = np.zeros_like(points)
    gap = GAP * frame.unit * frame.down
    column = columns(points, frame)
    # Rows of a lip move almost alike, else a thin lip would fold.
    for row, (upper, lower) in enumerate(zip(t.UPPER_LIP, t.LOWER_LIP, strict=True)):
        outwards = 1 - row / 3
        moves[upper] = -_UPPER_SHARE * (1 - 0.12 * outwards) * gap * column
        moves[lower] = _LOWER_SHARE * (1 - 0.05 * outwards) * gap * column
    inward = np.array([1] * 4 + [-1] * 4)[:, None] * frame.across
    moves[t.MOUTH_CORNERS] = 0.1 * gap + 0.03 * frame.unit * inward
    for point, share in _JAW.items():
        moves[point] = JAW_SHARE * share * gap
    return moves


def _spread(points: Points, frame: FaceFrame) -> Points:
    """The mouth twice as wide (the track asks for 1.12 at most), its corners a little up."""
    moves = np.zeros_like(points)
    aside = ((points[_LIPS] - frame.mouth) @ frame.across)[:, None]
    lift = (aside / frame.half_mouth) ** 2 * 0.25 * frame.half_mouth
    moves[_LIPS] = aside * frame.across - lift * frame.down
    return moves


def _blink(points: Points, crease_share: float) -> Points:
    moves = np.zeros_like(points)
    for upper, lower, crease in _EYES:
        height = points[lower] - points[upper]
        moves[upper] = 0.92 * height
        moves[lower] = -0.08 * height
        moves[crease] = crease_share * height[1:-1]
    return moves


def _brow(points: Points, frame: FaceFrame, below: float) -> Points:
    moves = np.zeros_like(points)
    brows = t.LEFT_BROW_UPPER + t.LEFT_BROW_LOWER + t.RIGHT_BROW_UPPER + t.RIGHT_BROW_LOWER
    moves[brows] = -0.045 * frame.unit * frame.down
    moves[_UNDER_BROWS] = below * moves[brows[0]]
    return moves
