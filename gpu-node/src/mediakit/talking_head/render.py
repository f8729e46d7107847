"""Engine `mesh_warp`: moves the triangles of a portrait so that it speaks."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from cv2.typing import MatLike

from mediakit.arrays import Floats, Picture
from mediakit.picture.take_apart import take_apart
from mediakit.portrait import topology as t
from mediakit.talking_head import head
from mediakit.talking_head.controls import GAP, JAW_SHARE, fields
from mediakit.talking_head.face_frame import face_frame
from mediakit.talking_head.glasses import has_glasses
from mediakit.talking_head.lashes import lashes
from mediakit.talking_head.lids import lids
from mediakit.talking_head.lips import without_teeth
from mediakit.talking_head.mesh import Points, head_mesh
from mediakit.talking_head.mouth import mouth_interior
from mediakit.talking_head.raster import Raster
from mediakit.talking_head.rims import lid_inset, lip_texture
from mediakit.talking_head.rounding import FULL
from mediakit.talking_head.shading import open_shade

_RIM = t.ring(t.LIPS_INNER_UPPER, t.LIPS_INNER_LOWER)
_EYES = [
    t.ring(t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER),
    t.ring(t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER),
]
_HOLES = [_RIM, *_EYES]
_LID_SOON = 4
"""Lids take it from a quarter of a blink on; open ones show the portrait as it is."""
_MOVED_PX = 0.05
"""Triangles whose points move less than this beside the head's own motion count as unchanged,"""
_DRIFTED_PX = 0.8
"""unless the head moves them further than this."""
_GLASSES_BROW = 0.15
"""Brows hardly move behind glasses: the rims would bend with them."""
_COARSE = 4


@dataclass(frozen=True)
class Pose:
    """One frame: planned mouth and motion of the head (see `visemes.Mouth`, `motion.Motion`)."""

    open: float
    width: float
    blink: float
    brow: float
    head: Floats
    """In the order of `HEAD`; what is left out at its end is 0."""
    gaze: Floats = field(default_factory=lambda: np.zeros(2))


class TalkingHead:
    """A portrait that can be posed: made in a fifth of a second, posed in some milliseconds."""

    def __init__(
        self,
        portrait: Picture,
        landmarks: Floats,
        matte: Floats | None = None,
        *,
        behind: Picture | None = None,
        check_canceled: Callable[[], None] = lambda: None,
    ) -> None:
        """landmarks: (468, 3) in pixels of the portrait; matte: (height, width) 0..1, without it
        the background next to the head moves with the head; behind: see `take_apart`.
        check_canceled: called between the parts, to raise if nobody wants the film any more.
        """
        size = portrait.shape[:2]
        self._mesh = mesh = head_mesh(landmarks, size)
        self._frame = frame = face_frame(mesh.points)
        glasses = has_glasses(portrait, mesh.points, frame)
        self._fields = fields(mesh, glasses)
        check_canceled()
        self._raster = Raster(mesh, _HOLES, size)
        self._texture = lip_texture(mesh.points)
        self._lid_inset = lid_inset(mesh.points)
        self._layers = None if matte is None else take_apart(portrait, matte, behind)
        check_canceled()
        self._lit = without_teeth(portrait, mesh.points, frame)
        self._dark = open_shade(self._lit, mesh.points, frame)
        self._skin = self._lit.copy()
        self._lashes = lashes(portrait, mesh.points, frame)
        self._lids = lids(self._lit, mesh.points, frame)
        check_canceled()
        self._mouth = mouth_interior(portrait, mesh.points, frame)
        self._window = self._fields.window(mesh, size)
        self._brow = _GLASSES_BROW if glasses else 1.0
        y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
        self._identity = np.stack([x, y], axis=-1)
        self._point_turns = self._turns(mesh.points, head.relief(mesh), head.hold_inside(mesh))
        check_canceled()
        self._pixel_turns = self._over_pixels()
        check_canceled()

    @property
    def rest_gap(self) -> float:
        """Distance of the lips at `open` = 1 in pixels."""
        return GAP * self._frame.unit

    def frame(self, pose: Pose) -> Picture:
        """The picture of one pose."""
        turn = np.zeros(len(head.HEAD))
        turn[: len(pose.head)] = pose.head
        for name in ("x", "y", "breath", "lean"):
            turn[head.HEAD.index(name)] *= self._frame.unit
        drift = np.tensordot(turn, self._point_turns, axes=1)
        local = np.tensordot(self._strengths(pose), self._fields.local, axes=1)
        local += self._fields.closing
        moved = self._mesh.points + drift + local
        sources = self._sources(turn, drift, local, pose)
        # Light changes in the portrait itself, before it is moved.
        cv2.addWeighted(
            self._lit[self._window], 1 - pose.open, self._dark[self._window], pose.open, 0,
            dst=self._skin[self._window],
        )  # fmt: skip
        self._lids.draw(self._skin, pose.blink)
        picture = _moved(self._skin, sources).astype(np.uint8, copy=False)
        self._mouth.draw(
            picture,
            moved[_RIM],
            drift[_RIM].mean(axis=0),
            jaw=JAW_SHARE * pose.open * self.rest_gap,
            rounded=min(1.0, max(0.0, 1 - pose.width) / FULL),
        )
        self._lashes.draw(picture, moved, pose.blink)
        if self._layers is None:
            return picture
        share = _moved(self._layers.matte, sources).astype(np.float32, copy=False)
        return cv2.blendLinear(picture, self._layers.background, share, 1 - share).astype(np.uint8)

    def _strengths(self, pose: Pose) -> Floats:
        narrow = max(0.0, 1 - pose.width)
        pucker = pose.open * min(1.0, narrow / FULL)
        brow = self._brow * pose.brow
        return np.array([pose.open, max(0.0, pose.width - 1), narrow, pucker, pose.blink, brow])

    def _sources(self, turn: Floats, drift: Points, local: Points, pose: Pose) -> Floats:
        """(height, width, 2) where each pixel comes from."""
        still = np.abs(local).max(axis=1) < _MOVED_PX
        still &= np.abs(drift).max(axis=1) < _DRIFTED_PX
        changed = ~still[self._mesh.triangles].all(axis=1)
        height, width = self._identity.shape[:2]
        back = np.tensordot(turn.astype(np.float32), self._pixel_turns, axes=1)
        back = cv2.resize(back, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        shifts = np.stack([drift[hole].mean(axis=0) for hole in _HOLES])
        shifts[1:] += pose.gaze * self._frame.unit
        sources = self._identity - back
        sources[self._window] = self._raster.sources(
            self._mesh.points + drift + local,
            self._texture + min(1.0, _LID_SOON * pose.blink) * self._lid_inset,
            changed,
            shifts=shifts,
            window=self._window,
        )
        return sources

    def _turns(self, points: Points, relief: Floats, hold: Floats) -> Floats:
        """(len(HEAD), n, 2)."""
        frame = self._frame
        if self._layers is not None:
            hold = head.hold_above(points, frame)
        turns = head.turns(points, relief, hold, frame)
        body = np.stack([
            head.breath(points, frame, self._identity.shape[0]),
            head.lean(points, frame),
        ])  # fmt: skip
        # Without a matte nothing says where the body ends.
        return np.concatenate([turns, body * (self._layers is not None)])

    def _over_pixels(self) -> Floats:
        """(len(HEAD), rows, columns, 2) float32, at a quarter of the size: they are smooth."""
        height, width = self._identity.shape[:2]
        small = (max(1, width // _COARSE), max(1, height // _COARSE))
        values = np.column_stack([head.relief(self._mesh), head.hold_inside(self._mesh)])
        maps = (self._raster.interpolate(values), self._identity)
        over, places = (
            cv2.resize(each, small, interpolation=cv2.INTER_AREA).reshape(-1, 2).astype(np.float64)
            for each in maps
        )
        turns = self._turns(places, over[:, 0], over[:, 1])
        return turns.reshape(-1, small[1], small[0], 2).astype(np.float32)


def _moved(picture: Picture | Floats, sources: Floats) -> MatLike:
    return cv2.remap(
        picture, sources, np.empty(0), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
