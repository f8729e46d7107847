"""A face that the photo cuts off, that is covered, or that is small in it: a film, or why not."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from media import pictures
from media.film import animate, chain_inputs, prepare
from media.workshop import Workshop

from gpu_node.errors import BadMedia, NoFace
from mediakit.errors import MediaError
from mediakit.portrait import crop, drawn_face, face_mesh, suitability, topology
from mediakit.talking_head.head import HEAD
from mediakit.talking_head.render import Pose, TalkingHead

WORDS = "lies outside the picture"


def cut_off(edge: str, share: float, name: str = "robin") -> np.ndarray:
    """A photo without so much of the face (its outline's width or height) at one edge."""
    picture, points = drawn_face.draw(512, name)
    low, high = (f(points[topology.OVAL, :2], axis=0) for f in (np.min, np.max))
    first, last = (
        (low + share * (high - low)).astype(int),
        (high - share * (high - low)).astype(int),
    )
    parts = {
        "left": np.s_[:, first[0] :],
        "right": np.s_[:, : last[0]],
        "top": np.s_[first[1] :],
        "bottom": np.s_[: last[1]],
    }
    return np.ascontiguousarray(picture[parts[edge]])


def given(workshop: Workshop, folder: Path, picture: np.ndarray) -> dict[str, Any]:
    path = folder / "photo"
    path.write_bytes(pictures.encoded(picture))
    return workshop.given(path, "image/jpeg")


@pytest.mark.parametrize("edge", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.15, 0.25, 0.35])
def test_a_face_beyond_the_edge_is_shown_whole_or_refused(
    models_dir: Path, edge: str, share: float
) -> None:
    photo = cut_off(edge, share)
    face = suitability.choose(face_mesh.load(models_dir).find(photo), None)
    if share >= 0.25:
        with pytest.raises(MediaError, match=WORDS):
            suitability.check(photo, face)
    elif share <= 0.05:
        suitability.check(photo, face)
    # What is let through, or ever will be, can be posed, and the film shows the face as a whole.
    picture, points = crop.cut_out(photo, face, 256)
    assert points[:, :2].min() >= 0 and points[:, :2].max() <= 255
    posed = TalkingHead(picture, points).frame(Pose(0.7, 0.9, 1, 0, np.zeros(len(HEAD))))
    assert posed.shape == picture.shape


def test_a_cut_off_face_is_refused_by_the_node(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(NoFace, match=WORDS) as caught:
        prepare(workshop, image=given(workshop, tmp_path, cut_off("right", 0.3)))
    assert caught.value.extensions["pointer"] == "/inputs/image"


def moved(marks: dict[str, Any], by: float) -> dict[str, Any]:
    return {**marks, "points": [[x + by, y, z] for x, y, z in marks["points"]]}


@pytest.mark.parametrize("by", [230.0, -230.0, 1e6, float("nan")])
def test_landmarks_outside_the_portrait_are_named(
    workshop: Workshop, tmp_path: Path, by: float
) -> None:
    inputs = chain_inputs(workshop, "Yes.")
    marks = json.loads(workshop.path(inputs["landmarks"]).read_text())
    wrong = tmp_path / "wrong"
    wrong.write_text(json.dumps(moved(marks, by)))
    given = workshop.given(wrong, "application/json")
    with pytest.raises(BadMedia, match="outside the portrait") as caught:
        animate(workshop, {**inputs, "landmarks": given})
    assert caught.value.extensions["pointer"] == "/inputs/landmarks"


def grey_beard() -> np.ndarray:
    """As in an old photo: lips and beard have the same tone, and only the mouth's line is seen."""
    picture, points = (part.copy() for part in drawn_face.draw(512, "full-beard"))
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    lips = points[topology.ring(topology.LIPS_OUTER_UPPER, topology.LIPS_OUTER_LOWER), :2]
    mask = cv2.fillPoly(np.zeros_like(grey), [lips.astype(np.int32)], 255)
    x, y = points[200, :2].astype(int)
    shade = float(grey[y - 3 : y + 4, x - 3 : x + 4].mean()) + 6
    tone = shade * grey / max(1.0, float(np.median(grey[mask > 0])))
    grey[mask > 0] = np.clip(tone, 0, 255).astype(np.uint8)[mask > 0]
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def masked(colour: tuple[int, int, int], first: int, name: str = "robin") -> np.ndarray:
    """A mask with pleats, from the point `first` on the nose down."""
    picture, points = (part.copy() for part in drawn_face.draw(512, name))
    outline = [234, 93, 132, 58, 172, 136, 150, 149, 152, 378, 379, 365, 397, 288, 361, 323, 454]
    place = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(place, [points[[*outline, first], :2].astype(np.int32)], 255)
    pleats = 1 - 0.12 * (np.arange(512) % 24 < 4)
    cloth = np.array(colour) * np.broadcast_to(pleats[:, None, None], picture.shape)
    picture[place > 0] = cloth.astype(np.uint8)[place > 0]
    return picture


def test_a_grey_beard_is_no_mask(models_dir: Path) -> None:
    picture = grey_beard()
    suitability.check(picture, face_mesh.load(models_dir).find(picture)[0])


@pytest.mark.parametrize("colour", [(190, 170, 90), (40, 38, 36), (150, 170, 110)])
@pytest.mark.parametrize("first", [4, 2])
def test_a_mask_is_seen_over_the_nose_and_below_it(
    models_dir: Path, colour: tuple[int, int, int], first: int
) -> None:
    picture = masked(colour, first)
    with pytest.raises(MediaError, match="mouth is hidden"):
        suitability.check(picture, face_mesh.load(models_dir).find(picture)[0])


@pytest.mark.parametrize("name", ["elias", "full-beard", "dark-short"])
@pytest.mark.parametrize("times", [1, 6])
def test_a_mouth_is_found_where_it_is_on_a_wide_canvas_too(
    models_dir: Path, name: str, times: int
) -> None:
    mesh, side = face_mesh.load(models_dir), 256
    picture = drawn_face.draw(side, name)[0]
    alone = mesh.find(picture)[0].points
    lips = topology.ring(topology.LIPS_OUTER_UPPER, topology.LIPS_OUTER_LOWER)
    for share in (0.1, 0.33, 0.5, 0.71):
        canvas = np.full((times * side, 6 * side, 3), 140, np.uint8)
        x, y = int(share * 5 * side), (times - 1) * side // 3
        canvas[y : y + side, x : x + side] = picture
        faces = mesh.find(canvas)
        assert len(faces) == 1
        away = np.linalg.norm((faces[0].points - [x, y, 0] - alone)[lips, :2], axis=1)
        assert away.max() < 0.022 * np.linalg.norm(alone[33, :2] - alone[263, :2])
