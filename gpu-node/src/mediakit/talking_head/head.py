"""How the whole head and the body move: each turn as moves of any points of the picture."""

import numpy as np

from mediakit.arrays import Floats
from mediakit.portrait import topology as t
from mediakit.talking_head.face_frame import FaceFrame
from mediakit.talking_head.mesh import HeadMesh, Points

HEAD = ("x", "y", "roll", "yaw", "pitch", "breath", "lean")
_NECK = 1.3
"""The head turns about this place below the mouth, in eye distances."""
_STILL_FROM, _FREE_TO = 2.1, 0.75
"""The neck gives way between these depths below the mouth, in eye distances."""
_HIP = 5.0
"""Below the mouth, in eye distances."""
_BODY_FROM, _BODY_TO = 0.6, 2.0
"""A breath lifts the head half as far as the shoulders, which begin between these depths."""


def hold_inside(mesh: HeadMesh) -> Floats:
    """(V,) how far points go with the head where nothing says what is background: less and less
    outside the face."""
    return _eased((1.9 - mesh.reach) / (1.9 - 1.15))


def hold_above(points: Points, frame: FaceFrame) -> Floats:
    """(n,) the same where the person is cut out: head and hair as one, less and less down the
    neck."""
    below = (points - frame.mouth) @ frame.down / frame.unit
    return _eased((_STILL_FROM - below) / (_STILL_FROM - _FREE_TO))


def relief(mesh: HeadMesh) -> Floats:
    """(V,) how far points stand out from the outline of the face, pixels; hair goes with it."""
    inner = mesh.depth[t.OVAL].mean()
    return np.where(mesh.reach > 1, 0, inner - mesh.depth)


def turns(points: Points, relief: Floats, hold: Floats, frame: FaceFrame) -> Floats:
    """(len(HEAD) - 2, n, 2) moves at 1 pixel or 1 radian, all but those of the whole body."""
    arm = points - (frame.mouth + _NECK * frame.unit * frame.down)
    ones, depth = np.ones((len(points), 1)), relief[:, None]
    every = np.stack([
        ones * frame.across,
        ones * frame.down,
        np.column_stack([-arm[:, 1], arm[:, 0]]),
        depth * frame.across,
        depth * frame.down,
    ])  # fmt: skip
    return every * hold[:, None]


def breath(points: Points, frame: FaceFrame, height: int) -> Floats:
    """(n, 2) moves when the shoulders rise by 1 pixel; the picture's lower edge stays."""
    below = (points - frame.mouth) @ frame.down / frame.unit
    lift = 0.5 + 0.5 * _eased((below - _BODY_FROM) / (_BODY_TO - _BODY_FROM))
    grounded = _eased((height - 1 - points[:, 1]) / (0.08 * height))
    return -(lift * grounded)[:, None] * frame.down


def lean(points: Points, frame: FaceFrame) -> Points:
    """(n, 2) moves when the body leans aside by 1 pixel at the mouth: shoulders go with the head,
    about a hip far below the picture."""
    hip = _HIP * frame.unit
    arm = points - (frame.mouth + hip * frame.down)
    return np.column_stack([-arm[:, 1], arm[:, 0]]) / hip


def _eased(share: Floats) -> Floats:
    near = np.clip(share, 0, 1)
    return near * near * (3 - 2 * near)
