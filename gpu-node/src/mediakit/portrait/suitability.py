"""Which face of a photo is animated, and whether it can be; every refusal names its reason."""

import cv2
import numpy as np

from mediakit.arrays import Floats, Indices, Picture
from mediakit.errors import MediaError
from mediakit.portrait import topology as t
from mediakit.portrait.face_mesh import Face

MIN_SCORE = 0.6
MIN_MOUTH_PX = 24
"""A narrower mouth has too few pixels to move."""
MAX_YAW = np.deg2rad(38)
MIN_SYMMETRY = 0.3
"""Nose to one cheek over nose to the other; less is a face turned to the side, too."""
_BYSTANDER = 0.4
"""Faces smaller than this share of the largest one are not meant."""
_AROUND_EYES = ([223, 224, 229, 230], [443, 444, 449, 450])
_CHEEKS = [50, 280, 205, 425, 151, 9]
_UPPER_SKIN = [6, 197, 151, 9, 117, 346]
_AROUND_MOUTH = [164, 165, 391, 18, 83, 313, 43, 273, 57, 287, 200]
_LIPS = [11, 72, 302, 16, 85, 315]
_DARK_GLASS = 0.5
"""Sunglasses darken the skin around the eyes to less than this share of the cheeks' brightness."""
_COVERED, _BARE = 24.0, 9.0
"""A mask differs from the skin by more (CIE Lab), and shows no lips that differ from it by more."""
_PARTED, _NOSTRILS = 0.36, 0.35
"""A mouth is darker than its lips by more, nostrils than the nose; a mask's folds are not."""
_ACROSS_LIPS = ([39, 37, 0, 267, 269], [181, 84, 17, 314, 405])
_NOSE_TIP, _UNDER_NOSE = [4, 5, 195, 45, 275], [98, 327, 79, 309, 20, 250]
_FEATURES = [
    *t.ring(t.LIPS_OUTER_UPPER, t.LIPS_OUTER_LOWER),
    *t.ring(t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER),
    *t.ring(t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER),
    *(t.NOSE_TIP, *_UNDER_NOSE),
]
_OUTSIDE = 0.04
"""Share of a face's points that may lie outside the picture, which is continued there."""


def choose(faces: list[Face], wanted: int | None) -> Face:
    """The face that is meant: `wanted` counts from the left, from 1; without it only one may do."""
    seen = [face for face in faces if face.score >= MIN_SCORE]
    if not seen:
        raise no_face("no face was found in the picture")
    from_left = sorted(seen, key=lambda face: face.points[t.NOSE_TIP, 0])
    if wanted is not None:
        if wanted > len(from_left):
            raise no_face(f"face {wanted} was asked for, but {len(from_left)} were found")
        return from_left[wanted - 1]
    largest = max(_size(face) for face in seen)
    meant = [face for face in seen if _size(face) >= _BYSTANDER * largest]
    if len(meant) > 1:
        detail = f"{len(from_left)} faces were found; say with `face` which one, from the left"
        raise no_face(detail)
    return meant[0]


def check(picture: Picture, face: Face) -> None:
    """Refuse what cannot be animated, with the reason."""
    points = face.points[:, :2]
    mouth = float(np.linalg.norm(points[t.MOUTH_LEFT] - points[t.MOUTH_RIGHT]))
    if mouth < MIN_MOUTH_PX:
        raise no_face(f"the face is too small: its mouth is {mouth:.0f} pixels wide")
    nose = points[t.NOSE_TIP]
    cheeks = sorted(float(np.linalg.norm(nose - points[i])) for i in (234, 454))
    if yaw(face) > MAX_YAW or cheeks[0] < MIN_SYMMETRY * cheeks[1]:
        raise no_face("the face is turned too far to the side")
    if _cut_off(picture, points):
        raise no_face("a part of the face lies outside the picture")
    if _eyes_hidden(picture, points):
        raise no_face("the eyes are hidden, by dark glasses for example")
    if _mouth_hidden(picture, points):
        raise no_face("the mouth is hidden, by a mask for example")


def yaw(face: Face) -> float:
    """How far the face is turned to the side, radians, never negative."""
    across = face.points[454] - face.points[234]
    return float(abs(np.arctan2(across[2], np.hypot(across[0], across[1]))))


def no_face(detail: str) -> MediaError:
    return MediaError("no-face", detail)


def _size(face: Face) -> float:
    return float(np.linalg.norm(face.points[t.FOREHEAD, :2] - face.points[t.CHIN, :2]))


def _cut_off(picture: Picture, points: Floats) -> bool:
    shown = np.clip(points, 0, np.array(picture.shape[1::-1]) - 1)
    outside = np.abs(points - shown).max(axis=1) > 0
    return bool(outside[_FEATURES].any() or outside.mean() > _OUTSIDE)


def _eyes_hidden(picture: Picture, points: Floats) -> bool:
    cheeks = np.median(_colours(picture, points, _CHEEKS)[:, 0])
    around = [np.median(_colours(picture, points, ring)[:, 0]) for ring in _AROUND_EYES]
    return bool(max(around) < _DARK_GLASS * cheeks)


def _mouth_hidden(picture: Picture, points: Floats) -> bool:
    skin = np.median(_colours(picture, points, _UPPER_SKIN), axis=0)
    around = np.median(_colours(picture, points, _AROUND_MOUTH), axis=0)
    lips = np.median(_colours(picture, points, _LIPS), axis=0)
    covered = float(np.linalg.norm(around - skin)) > _COVERED
    alike = float(np.linalg.norm(lips - around)) < _BARE
    if not covered or not alike:
        return False
    # So is a beard in a grey picture; but it parts where the mouth is, and leaves the nostrils.
    seam = _seam(picture, points)
    return seam < _PARTED and (seam < _PARTED / 2 or _nostrils(picture, points) < _NOSTRILS)


def _seam(picture: Picture, points: Floats) -> float:
    """How much darker it is between the lips than on them, as a share of the brightness there."""
    share = np.linspace(-0.1, 1.1, 41)[:, None, None]
    upper, lower = points[_ACROSS_LIPS[0]], points[_ACROSS_LIPS[1]]
    places = (upper + share * (lower - upper)).astype(np.float32)
    light = cv2.remap(
        cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), places, np.empty(0), cv2.INTER_LINEAR
    )
    rows = light.astype(np.float64).mean(axis=1)
    lips = min(rows[:10].max(), rows[-10:].max())
    return float((lips - rows[8:33].min()) / (rows.mean() + 8))


def _nostrils(picture: Picture, points: Floats) -> float:
    """How much darker they are than the tip of the nose, as a share of its brightness."""
    tip = np.median(_colours(picture, points, _NOSE_TIP)[:, 0])
    return float(1 - _colours(picture, points, _UNDER_NOSE)[:, 0].min() / max(tip, 1.0))


def _colours(picture: Picture, points: Floats, chosen: list[int]) -> Floats:
    """(n, 3) CIE Lab colours (L 0..100) around the chosen points, (5 px)² each or a little more."""
    reach = max(2, round(0.012 * float(np.linalg.norm(points[263] - points[33]))))
    height, width = picture.shape[:2]
    places: Indices = np.round(points[chosen]).astype(int)
    found: list[Floats] = []
    for x, y in places.tolist():
        x, y = int(np.clip(x, reach, width - reach - 1)), int(np.clip(y, reach, height - reach - 1))
        part = picture[y - reach : y + reach + 1, x - reach : x + reach + 1]
        found.append(part.reshape(-1, 3).mean(axis=0))
    bgr = (np.array(found, np.float32) / 255)[None]
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2LAB)[0].astype(np.float64)
