"""What moves when the mouth opens, an eye closes, the head turns: a field of moves per control."""

from dataclasses import dataclass

import numpy as np

from gpu_node.engines.arrays import Floats
from gpu_node.engines.portrait import topology as t
from gpu_node.engines.talking_head.mesh import HeadMesh, Points, spread

GAP = 0.21
"""Distance of the lips at `open` = 1, in units of the distance between the outer eye corners."""
_LOWER_SHARE, _UPPER_SHARE = 0.78, 0.22
_CLOSE_UPPER = 0.4
"""How much of the way to a closed mouth the upper lip goes."""
JAW_SHARE = 0.68
"""How much of the gap chin, lower teeth and tongue go down."""

LOCAL = ("open", "spread", "round", "blink", "brow")
HEAD = ("x", "y", "roll", "yaw", "pitch")

_STILL = [1, 2, 4, 5, 6, 19, 94, 168, 195, 197, 98, 327, 64, 294, 117, 346, 123, 352]
"""Nose and the skin under the eyes."""
_LIPS = [*t.MOUTH_CORNERS, *(i for row in (*t.UPPER_LIP, *t.LOWER_LIP) for i in row)]
_CHIN = [152, 148, 377, 176, 400, 149, 378]
_SKULL = [i for i in t.OVAL if i not in (*_CHIN, 150, 379, 136, 365, 172, 397)]


@dataclass(frozen=True)
class FaceFrame:
    """The face's own axes in the picture."""

    unit: float
    """Distance between the outer eye corners, pixels."""
    across: Points
    down: Points
    mouth: Points
    """Middle of the mouth."""
    half_mouth: float
    """Half of its width, pixels."""
    seam: Points
    """Middle of the line where the lips meet when they close."""


@dataclass(frozen=True)
class Fields:
    """Moves in pixels for each point of the mesh when a control is 1."""

    local: Floats
    """(len(LOCAL), V, 2)."""
    head: Floats
    """(len(HEAD), V, 2)."""
    closing: Points
    """(V, 2): brings lips together that the portrait shows apart; always on."""


def face_frame(points: Points) -> FaceFrame:
    eyes = points[263] - points[33]
    unit = float(np.linalg.norm(eyes))
    across = eyes / unit
    corners = points[t.MOUTH_RIGHT] - points[t.MOUTH_LEFT]
    middle = (points[t.MOUTH_RIGHT] + points[t.MOUTH_LEFT]) / 2
    down = np.array([-across[1], across[0]])
    half = float(np.linalg.norm(corners)) / 2
    upper, lower = points[t.LIP_UPPER_INNER], points[t.LIP_LOWER_INNER]
    seam = upper + _CLOSE_UPPER * (lower - upper)
    return FaceFrame(unit, across, down, middle, half, seam)


def fields(mesh: HeadMesh) -> Fields:
    """All fields of a mesh; the expensive part is one solve."""
    frame = face_frame(mesh.points)
    eyes = t.ring(t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER)
    eyes += t.ring(t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER)
    brows = t.LEFT_BROW_UPPER + t.LEFT_BROW_LOWER + t.RIGHT_BROW_UPPER + t.RIGHT_BROW_LOWER
    above = (mesh.points - frame.mouth) @ frame.down < 0
    still = np.flatnonzero((mesh.reach > 1.5) | (above & (mesh.reach > 1)))
    controls = np.unique(np.array([*_LIPS, *eyes, *brows, *_CHIN, *_STILL, *_SKULL, *still]))
    weights = spread(mesh, controls)

    def solved(moves: Points) -> Points:
        return weights @ moves[controls]

    local = [_open, _spread, _round, _blink, _brow]
    return Fields(
        local=np.stack([solved(move(mesh.points, frame)) for move in local]),
        head=_head(mesh, frame),
        closing=solved(_closing(mesh.points)),
    )


def _columns(points: Points, frame: FaceFrame) -> Floats:
    """1 in the middle of the mouth, 0 at its inner corners, per column of lip points, (9, 1)."""
    edges = [t.LIPS_INNER_UPPER[1:-1], t.LIPS_INNER_LOWER[1:-1]]
    inner = abs(float((points[308] - points[78]) @ frame.across)) / 2
    offset = (points[edges].mean(axis=0) - frame.mouth) @ frame.across / inner
    return (np.clip(1 - offset**2, 0, 1) ** 0.75)[:, None]


def _open(points: Points, frame: FaceFrame) -> Points:
    moves = np.zeros_like(points)
    gap = GAP * frame.unit * frame.down
    column = _columns(points, frame)
    # Rows of a lip move almost alike, else a thin lip would fold.
    for row, (upper, lower) in enumerate(zip(t.UPPER_LIP, t.LOWER_LIP, strict=True)):
        outwards = 1 - row / 3
        moves[upper] = -_UPPER_SHARE * (1 - 0.12 * outwards) * gap * column
        moves[lower] = _LOWER_SHARE * (1 - 0.05 * outwards) * gap * column
    inward = np.array([1] * 4 + [-1] * 4)[:, None] * frame.across
    moves[t.MOUTH_CORNERS] = 0.1 * gap + 0.02 * frame.unit * inward
    aside = np.abs((points[_CHIN] - frame.mouth) @ frame.across) / frame.unit
    moves[_CHIN] = JAW_SHARE * gap * np.clip(1.05 - 1.2 * aside, 0, 1)[:, None]
    return moves


def _spread(points: Points, frame: FaceFrame) -> Points:
    """The mouth twice as wide (the track asks for 1.12 at most), its corners a little up."""
    moves = np.zeros_like(points)
    aside = ((points[_LIPS] - frame.mouth) @ frame.across)[:, None]
    lift = (aside / frame.half_mouth) ** 2 * 0.25 * frame.half_mouth
    moves[_LIPS] = aside * frame.across - lift * frame.down
    return moves


def _round(points: Points, frame: FaceFrame) -> Points:
    """The mouth without width (the track asks for 0.3 of this at most), its lips pushed forward."""
    moves = np.zeros_like(points)
    aside = ((points[_LIPS] - frame.mouth) @ frame.across)[:, None]
    moves[_LIPS] = -aside * frame.across
    column = _columns(points, frame)
    for row, (upper, lower) in enumerate(zip(t.UPPER_LIP, t.LOWER_LIP, strict=True)):
        pout = (0.13 - 0.03 * row) * frame.unit * column * frame.down
        moves[upper] -= pout
        moves[lower] += pout
    return moves


def _blink(points: Points, frame: FaceFrame) -> Points:
    moves = np.zeros_like(points)
    for upper, lower in (
        (t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER),
        (t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER),
    ):
        height = points[lower] - points[upper]
        moves[upper] = 0.88 * height
        moves[lower] = -0.08 * height
    return moves


def _brow(points: Points, frame: FaceFrame) -> Points:
    moves = np.zeros_like(points)
    brows = t.LEFT_BROW_UPPER + t.LEFT_BROW_LOWER + t.RIGHT_BROW_UPPER + t.RIGHT_BROW_LOWER
    moves[brows] = -0.045 * frame.unit * frame.down
    return moves


def _closing(points: Points) -> Points:
    moves = np.zeros_like(points)
    apart = points[t.LIPS_INNER_LOWER] - points[t.LIPS_INNER_UPPER]
    for row, (upper, lower) in enumerate(zip(t.UPPER_LIP, t.LOWER_LIP, strict=True)):
        inwards = row / 3
        moves[upper] = _CLOSE_UPPER * (0.5 + 0.5 * inwards) * apart[1:-1]
        moves[lower] = -(1 - _CLOSE_UPPER) * (0.6 + 0.4 * inwards) * apart[1:-1]
    return moves


def _head(mesh: HeadMesh, frame: FaceFrame) -> Floats:
    """Moves of the whole head: pixels for x and y, radians for the turns; 0 towards the edge."""
    near = np.clip((1.9 - mesh.reach) / (1.9 - 1.15), 0, 1)
    hold = (near * near * (3 - 2 * near))[:, None]
    neck = frame.mouth + 1.3 * frame.unit * frame.down
    arm = mesh.points - neck
    inner = mesh.depth[t.OVAL].mean()
    # Points outside the face move like its outline.
    depth = np.where(mesh.reach > 1, 0, inner - mesh.depth)[:, None]
    ones = np.ones((len(mesh.points), 1))
    turns = np.stack([
        ones * frame.across,
        ones * frame.down,
        np.column_stack([-arm[:, 1], arm[:, 0]]),
        depth * frame.across,
        depth * frame.down,
    ])  # fmt: skip
    return turns * hold
