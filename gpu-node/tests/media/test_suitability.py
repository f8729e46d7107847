"""Photos that cannot be animated are refused with the reason and a picture of what was found."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from media import pictures
from media.film import prepare
from media.workshop import Workshop

from gpu_node.errors import NoFace
from mediakit.errors import MediaError
from mediakit.portrait import drawn_face, suitability, topology
from mediakit.portrait.face_mesh import Face
from mediakit.portrait.person_matte import MODEL


def side_by_side(second_share: float) -> np.ndarray:
    """Two people, the right one smaller by that share."""
    photo = np.full((512, 1024, 3), 150, np.uint8)
    photo[:, :512] = drawn_face.draw(512)[0]
    side = round(512 * second_share)
    photo[:side, 600 : 600 + min(side, 424)] = drawn_face.draw(side, "elias")[0][:, : 1024 - 600]
    return photo


def masked() -> np.ndarray:
    picture, points = (part.copy() for part in drawn_face.draw(512))
    lower = [234, 93, 132, 58, 172, 136, 150, 149, 152, 378, 379, 365, 397, 288, 361, 323, 454, 4]
    return cv2.fillPoly(picture, [points[lower, :2].astype(np.int32)], (190, 170, 90))


def with_dark_glasses() -> np.ndarray:
    picture, points = (part.copy() for part in drawn_face.draw(512))
    for eye in (topology.LEFT_EYE_UPPER, topology.RIGHT_EYE_UPPER):
        x, y = points[eye, :2].mean(axis=0).astype(int).tolist()
        cv2.ellipse(picture, (x, y + 4), (36, 30), 0, 0, 360, (25, 22, 20), -1, cv2.LINE_AA)
    return picture


def turned(degrees: float) -> np.ndarray:
    """The drawn face seen from the side, by moving its pixels as their depth asks for."""
    picture, points = drawn_face.draw(512)
    yaw, middle = np.deg2rad(degrees), points[topology.OVAL].mean(axis=0)
    y, x = np.mgrid[0:512, 0:512].astype(np.float32)
    width = 0.55 * np.ptp(points[topology.OVAL, 0])
    ball = width * np.sqrt(np.clip(1 - ((x - middle[0]) / width) ** 2, 0, 1))
    # A pixel at x shows what lies on the ball at that place once it has been turned back.
    source = (x - middle[0]) * np.cos(yaw) + ball * np.sin(yaw) + middle[0]
    return cv2.remap(picture, source.astype(np.float32), y, cv2.INTER_LINEAR)


def given(workshop: Workshop, folder: Path, picture: np.ndarray) -> dict[str, Any]:
    path = folder / "photo"
    path.write_bytes(pictures.encoded(picture))
    return workshop.given(path, "image/jpeg")


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (side_by_side(0.8), "2 faces were found"),
        (masked(), "mouth is hidden"),
        (with_dark_glasses(), "eyes are hidden"),
    ],
)
def test_it_is_refused_with_the_reason_and_a_picture(
    workshop: Workshop, tmp_path: Path, picture: np.ndarray, words: str
) -> None:
    with pytest.raises(NoFace, match=words) as caught:
        prepare(workshop, image=given(workshop, tmp_path, picture))
    assert caught.value.extensions["pointer"] == "/inputs/image"
    shown = cv2.imdecode(np.frombuffer(workshop.previews[-1], np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None and max(shown.shape) == 320
    assert len(workshop.previews[-1]) < 49_000


def test_a_choice_among_several_faces_is_followed(workshop: Workshop, tmp_path: Path) -> None:
    image = given(workshop, tmp_path, side_by_side(0.8))
    brightness = []
    for face in (1, 2):
        outputs = prepare(workshop, params={"face": face, "size": 256}, image=image)
        picture = cv2.imread(str(workshop.path(outputs["image"])))
        assert picture is not None
        brightness.append(picture[190:210, 100:156].mean())
    assert brightness[0] > brightness[1] + 15
    with pytest.raises(NoFace, match="face 3 was asked for"):
        prepare(workshop, params={"face": 3}, image=image)


def test_a_small_bystander_needs_no_choice(workshop: Workshop, tmp_path: Path) -> None:
    outputs = prepare(workshop, image=given(workshop, tmp_path, side_by_side(0.3)))
    assert outputs["source"] == "photo"


@pytest.mark.parametrize(("degrees", "refused"), [(0, False), (28, False), (45, True), (-60, True)])
def test_yaw_is_measured_on_the_points(degrees: float, refused: bool) -> None:
    picture, points = drawn_face.draw(512)
    yaw, middle = np.deg2rad(degrees), points[topology.OVAL].mean(axis=0)
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    face = Face((points - middle) @ turn.T + middle, 1.0)
    assert suitability.yaw(face) == pytest.approx(abs(yaw), abs=0.03)
    if refused:
        with pytest.raises(MediaError, match="turned too far"):
            suitability.check(picture, face)


@pytest.mark.parametrize("degrees", [-20, 20])
def test_a_face_turned_a_little_is_taken(
    workshop: Workshop, tmp_path: Path, degrees: float
) -> None:
    outputs = prepare(workshop, image=given(workshop, tmp_path, turned(degrees)))
    assert outputs["source"] == "photo"


@pytest.mark.parametrize("aspect", ["9:16", "16:9"])
def test_a_photo_is_cut_to_any_shape(workshop: Workshop, tmp_path: Path, aspect: str) -> None:
    image = given(workshop, tmp_path, pictures.face())
    outputs = prepare(workshop, params={"aspect": aspect, "size": 256}, image=image)
    assert sorted(outputs["image"]["meta"].values()) == [256, 456]


def test_a_missing_matte_is_told(workshop: Workshop, tmp_path: Path, models_dir: Path) -> None:
    image = given(workshop, tmp_path, pictures.face())
    outputs = prepare(workshop, image=image)
    present = (models_dir / MODEL).is_file()
    assert outputs["matte_by"] == ("selfie_segmentation" if present else "none")
    assert ("matte" in outputs) == present
    assert any("background" in line for line in workshop.lines) != present
