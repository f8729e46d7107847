"""Camera moves: where the background and the person in front of it lie at each moment."""

from dataclasses import dataclass

NAMES = ("push_in", "pull_out", "pan_left", "pan_right", "tilt_up", "tilt_down", "orbit")
Name = str

_FAR = 2.5
"""Distance of the background when that of the person is 1."""
_DOLLY = 0.13
"""So much of the way to the person is driven."""
_SWING = 0.04
"""How far the person's place in the picture moves to each side, as a share of the picture."""
_PAN_FAR = 0.65
"""Share of that by which the background moves in a pan: turned and driven at once."""
_ORBIT_FAR, _ORBIT_NEAR = -0.5, 0.15
"""The same for an orbit: aimed at the person, so the background goes the other way."""
_SPARE = 0.005


@dataclass(frozen=True)
class View:
    """A layer is enlarged by `zoom` about the focus, then moved by (x, y) shares of the picture."""

    zoom: float
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class Move:
    """One kind of move: which way it drives, and which way the layers swing."""

    dolly: int = 0
    """1 towards the person, -1 away."""
    across: int = 0
    up: int = 0
    far: float = _PAN_FAR
    near: float = 1.0


_MOVES = {
    "push_in": Move(dolly=1),
    "pull_out": Move(dolly=-1),
    # The camera pans left: what is seen goes right.
    "pan_left": Move(across=1),
    "pan_right": Move(across=-1),
    "tilt_up": Move(up=1),
    "tilt_down": Move(up=-1),
    "orbit": Move(across=1, far=_ORBIT_FAR, near=_ORBIT_NEAR),
}


def eased(share: float) -> float:
    """0..1 -> 0..1, at rest at both ends, without a jerk."""
    return share**3 * (share * (share * 6 - 15) + 10)


def views(name: Name, strength: float, share: float) -> tuple[View, View]:
    """Background and person after `share` (0..1) of the move's time.

    The picture always reaches over the frame's edges: a swing is no wider than the zoom leaves
    room for.
    """
    move, at = _MOVES[name], eased(share)
    if move.dolly:
        way = _DOLLY * strength * (at if move.dolly > 0 else 1 - at)
        return View(_FAR / (_FAR - way)), View(1 / (1 - way))
    swing = _SWING * strength * (2 * at - 1)
    zoom = 1 / (1 - 2 * (_SWING * strength + _SPARE))
    return (
        View(zoom, move.across * move.far * swing, move.up * move.far * swing),
        View(zoom, move.across * move.near * swing, move.up * move.near * swing),
    )


def widest_zoom(name: Name, strength: float) -> float:
    """The largest enlargement of any layer during the move."""
    return max(view.zoom for share in (0.0, 1.0) for view in views(name, strength, share))
