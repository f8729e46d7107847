"""Photos are read upright and cut around the face; what is no portrait is refused, with why."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from media import pictures
from media.film import prepare
from media.workshop import Workshop

from gpu_node.engines import table
from gpu_node.errors import EngineUnavailable, PermanentError
from mediakit.portrait import drawn_face, face_mesh, topology


def given(workshop: Workshop, folder: Path, data: bytes) -> dict[str, Any]:
    path = folder / "photo"
    path.write_bytes(data)
    return workshop.given(path, "image/jpeg")


def result(workshop: Workshop, outputs: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    picture = cv2.imread(str(workshop.path(outputs["image"])))
    marks = json.loads(workshop.path(outputs["landmarks"]).read_text())
    assert picture is not None
    assert (marks["height"], marks["width"]) == picture.shape[:2]
    return picture, np.array(marks["points"])


def test_without_a_photo_the_demo_face_is_drawn(workshop: Workshop) -> None:
    outputs = prepare(workshop)
    picture, points = result(workshop, outputs)
    assert outputs["source"] == "drawn"
    assert picture.shape == (512, 512, 3)
    assert points.shape == (topology.COUNT, 3)


def test_the_drawn_landmarks_are_where_the_network_sees_them(models_dir: Path) -> None:
    picture, landmarks = drawn_face.draw(512)
    seen = face_mesh.load(models_dir).find(picture)[0]
    assert seen.score > 0.9
    away = np.linalg.norm(seen.points[:, :2] - landmarks[:, :2], axis=1)
    assert away.mean() < 6


def test_the_demo_face_is_always_the_same() -> None:
    first = drawn_face.draw(256)[0]
    drawn_face.draw.cache_clear()
    assert np.array_equal(first, drawn_face.draw(256)[0])


def test_a_photo_is_cut_around_its_face(workshop: Workshop, tmp_path: Path) -> None:
    wide = np.full((900, 1600, 3), 140, np.uint8)
    wide[300:812, 900:1412] = pictures.face()
    outputs = prepare(workshop, image=given(workshop, tmp_path, pictures.encoded(wide)))
    picture, points = result(workshop, outputs)
    assert outputs["source"] == "photo"
    assert picture.shape == (512, 512, 3)
    height = np.ptp(points[topology.OVAL, 1])
    assert 0.4 < height / 512 < 0.7
    assert np.abs(points[topology.OVAL, 0].mean() - 256) < 20


def test_a_face_that_is_too_small_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    small = np.full((600, 600, 3), 140, np.uint8)
    small[200:360, 200:360] = cv2.resize(pictures.face(), (160, 160))
    with pytest.raises(PermanentError, match="too small"):
        prepare(workshop, image=given(workshop, tmp_path, pictures.encoded(small)))


def test_the_drawing_engine_does_not_pretend_to_read_photos(
    workshop: Workshop, tmp_path: Path
) -> None:
    image = given(workshop, tmp_path, pictures.encoded(pictures.face()))
    with pytest.raises(EngineUnavailable):
        prepare(workshop, engine="drawn_face", image=image)


def test_missing_model_files_are_told(tmp_path: Path) -> None:
    mesh = table.describe("face_mesh", tmp_path)
    assert not mesh.available
    assert "face_landmark.tflite" in (mesh.reason or "")
