"""Captions in the picture never cover eyes or mouth of whoever speaks, wherever they are."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from mediakit.arrays import Floats, Picture
from mediakit.captions import Cue
from mediakit.portrait import crop, drawn_face, face_mesh
from mediakit.portrait import topology as t
from mediakit.portrait.face_mesh import Face
from mediakit.talking_head.head import HEAD
from mediakit.talking_head.render import Pose, TalkingHead
from mediakit.video import lettering
from mediakit.video.finish import Finish
from mediakit.video.fonts import FOLDER
from mediakit.video.layout import Layout
from mediakit.video.planes import to_picture, to_planes

SIDE = 256
SHORT, LONG = "Hi.", "Ships float because they push aside water that weighs as much as they do now."
PHOTOS = {
    "roomy": ((2.6, 2.6), (0.5, 0.5)),
    "tight": ((1.25, 1.35), (0.5, 0.5)),
    "low": ((2.5, 2.5), (0.5, 0.75)),
    "low in a tall one": ((2.5, 4), (0.5, 0.8)),
    "low in a wide one": ((4, 2.2), (0.5, 0.75)),
    "low and aside": ((3, 2.4), (0.3, 0.75)),
}
"""Width and height in heights of the face, and where its middle is in them."""


@lru_cache(maxsize=2)
def drawn(person: str) -> tuple[Picture, Floats]:
    return drawn_face.draw(320, person)


def portrait(person: str, photo: str, aspect: crop.Aspect) -> tuple[Picture, Floats]:
    """What prepare_portrait makes of such a photo, and the points of the face in it."""
    picture, points = drawn(person)
    share, middle = (np.array(pair) for pair in PHOTOS[photo])
    oval = points[t.OVAL, :2]
    size = share * np.linalg.norm(points[t.FOREHEAD, :2] - points[t.CHIN, :2])
    corner = (oval.min(axis=0) + oval.max(axis=0)) / 2 - size * middle
    into = np.column_stack([np.eye(2), -corner])
    whole = np.round(size).astype(int).tolist()
    taken = cv2.warpAffine(picture, into, whole, borderMode=cv2.BORDER_REPLICATE)
    face = Face(points - [*corner, 0], 1.0)
    return crop.cut_out(taken.astype(np.uint8), face, SIDE, aspect)


def captioned(pictures: Sequence[Picture], texts: Sequence[str], models: Path) -> list[np.ndarray]:
    """(height, width) per picture of a film that has one a second: where its caption is."""
    cues = [Cue(i, i + 1, (text,)) for i, text in enumerate(texts)]
    layout = Layout(*pictures[0].shape[:2])
    finish = Finish(layout, models, 1, "", 0, "", 0, cues, True)
    made = list(finish.pictures(map(to_planes, pictures)))
    return [
        np.abs(to_picture(shown).astype(int) - to_picture(bare)).max(axis=2) > 12
        for shown, bare in made
    ]


def around(points: Floats) -> tuple[slice, slice]:
    """The rows and columns of those points."""
    low, high = np.floor(points.min(axis=0)).astype(int), np.ceil(points.max(axis=0)).astype(int)
    return slice(low[1], high[1] + 1), slice(low[0], high[0] + 1)


def looked_at(points: Floats) -> list[tuple[slice, slice]]:
    rings = (
        (t.LIPS_OUTER_UPPER, t.LIPS_OUTER_LOWER),
        (t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER),
        (t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER),
    )
    return [around(points[t.ring(*ring), :2]) for ring in rings]


@pytest.mark.parametrize("aspect", ["1:1", "9:16", "16:9"])
@pytest.mark.parametrize("photo", PHOTOS)
def test_no_caption_covers_eyes_or_mouth_and_all_stand_at_the_same_place(
    models_dir: Path, photo: str, aspect: crop.Aspect
) -> None:
    picture, points = portrait("robin", photo, aspect)
    where = captioned([picture] * 2, [SHORT, LONG], models_dir)
    for caption in where:
        assert caption.any()
        assert not any(caption[window].any() for window in looked_at(points))
        corner = lettering.mark(Layout(*picture.shape[:2]), models_dir)
        assert not caption[: corner.top + corner.parts[0][1].shape[0]].any()
    rows = [np.flatnonzero(caption.any(axis=1)) for caption in where]
    # Low captions end, and high ones begin, at the same row, but for their corners.
    assert min(abs(rows[0][end] - rows[1][end]) for end in (0, -1)) <= 2


@pytest.mark.parametrize("person", ["robin", "elias"])
def test_no_caption_covers_a_mouth_that_opens_while_it_is_shown(
    models_dir: Path, person: str
) -> None:
    picture, points = portrait(person, "tight", "1:1")
    open_wide = TalkingHead(picture, points).frame(Pose(0.95, 1, 0, 0, np.zeros(len(HEAD))))
    opened = face_mesh.load(models_dir).find(open_wide)[0].points
    (caption,) = captioned([picture], [LONG], models_dir)
    assert not any(caption[window].any() for window in looked_at(opened))


def test_captions_stand_low_where_that_covers_nothing_and_move_only_when_they_must(
    models_dir: Path,
) -> None:
    roomy, low = (portrait("robin", photo, "1:1")[0] for photo in ("roomy", "low"))
    empty = np.full_like(roomy, 90)
    upper = np.roll(roomy, -SIDE // 4, axis=0)
    shown = captioned([empty, roomy, low, empty, upper], [SHORT, LONG, *[SHORT] * 3], models_dir)
    is_low = [bool(np.flatnonzero(caption.any(axis=1))[0] > SIDE / 2) for caption in shown]
    assert is_low == [True, True, False, False, True]


def test_captions_stand_low_where_nothing_sees_faces(models_dir: Path, tmp_path: Path) -> None:
    (tmp_path / FOLDER).symlink_to(models_dir / FOLDER)
    picture, _ = portrait("robin", "low", "1:1")
    (caption,) = captioned([picture], [SHORT], tmp_path)
    assert np.flatnonzero(caption.any(axis=1))[0] > SIDE / 2
