"""A camera moves in a photo: evenly, without borders, and a person stands out."""

import itertools
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from media import pictures
from media.film import decoded_pictures
from media.foreign import textured
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.errors import PermanentError
from gpu_node.handlers.image_to_video import image_to_video
from mediakit.camera import moves, scene


def make(workshop: Workshop, folder: Path, data: bytes, **inputs: Any) -> dict[str, Any]:
    path = folder / "photo"
    path.write_bytes(data)
    outputs = image_to_video.run(
        models.ImageToVideoParams(),
        models.ImageToVideoInputs.model_validate(
            {"image": workshop.given(path, "image/png"), "size": 192, "duration_s": 1, **inputs}
        ),
        workshop.using("camera_move"),
    )
    return models.ImageToVideoOutputs.model_validate(outputs).model_dump(mode="json")


def shift_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(x, y) in pixels, of a fine texture, to a hundredth or so."""
    grey = [p.mean(axis=2).astype(np.float32) for p in (a, b)]
    window = cv2.createHanningWindow(a.shape[1::-1], cv2.CV_32F)
    return np.array(cv2.phaseCorrelate(*grey, window)[0])


def step_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(x, y) in pixels, for less than one: what explains the difference best, given the slopes."""
    before, after = (cv2.GaussianBlur(p.mean(axis=2), (0, 0), 2)[12:-12, 12:-12] for p in (a, b))
    down, across = np.gradient((before + after) / 2)
    slopes = np.column_stack([across.ravel(), down.ravel()])
    return np.linalg.lstsq(slopes, (before - after).ravel(), rcond=None)[0]


@pytest.mark.parametrize("name", moves.NAMES)
@pytest.mark.parametrize("strength", [0.25, 2.0])
def test_no_frame_shows_a_border(name: str, strength: float) -> None:
    # A photo is white, and black lies just outside of it: none of that may ever be seen.
    white = np.full((96, 128, 3), 255, np.uint8)
    camera = scene.Scene(white, None, scene.Place(0.3, 0.7), (96, 128))
    if name not in ("push_in", "pull_out"):
        camera = scene.Scene(white, None, scene.Place(), (96, 128))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scene.cv2, "BORDER_REPLICATE", cv2.BORDER_CONSTANT)
        for share in np.linspace(0, 1, 21):
            for view in moves.views(name, strength, float(share)):
                # The outermost half pixel mixes with what lies outside, by interpolation alone.
                assert camera.frame(view, view)[2:-2, 2:-2].min() == 255


def test_a_pan_is_even_and_eased() -> None:
    photo = textured(300, 400)
    camera = scene.Scene(photo, None, scene.Place(), (240, 320))
    count = 50
    frames = [camera.frame(*moves.views("pan_left", 1, i / (count - 1))) for i in range(count)]
    steps = np.array([step_between(a, b) for a, b in itertools.pairwise(frames)])
    views = [moves.views("pan_left", 1, i / (count - 1))[1] for i in range(count)]
    planned = np.array([view.x for view in views]) * 320
    assert np.abs(steps[:, 0] - np.diff(planned)).max() < 0.1
    assert np.abs(steps[:, 1]).max() < 0.03
    assert abs(steps[0, 0]) < 0.05 < steps[count // 2, 0] > 0.4
    # The control: a camera that goes by whole pixels is caught.
    rough = np.diff(np.round(planned))
    assert np.abs(rough - np.diff(planned)).max() > 0.3


def test_the_first_frame_of_a_push_in_is_the_photo() -> None:
    photo = textured(120, 160)
    camera = scene.Scene(photo, None, scene.Place(0.4, 0.3), (120, 160))
    assert np.array_equal(camera.frame(*moves.views("push_in", 1, 0)), photo)


def test_a_person_moves_against_the_background(workshop: Workshop, tmp_path: Path) -> None:
    photo = pictures.face(384)
    outputs = make(
        workshop, tmp_path, pictures.encoded(photo, ".png"), move="orbit", strength=2, size=256
    )
    assert outputs["depth_by"] == "selfie_segmentation"
    frames = decoded_pictures(workshop.path(outputs["video"]))
    views = [moves.views("orbit", 2, share) for share in (0.0, 1.0)]
    near = (views[1][1].x - views[0][1].x) * 256
    face = shift_between(*(f[80:200, 70:190] for f in (frames[0], frames[-1])))
    assert abs(face[0] - near) < 1.5
    far = (views[1][0].x - views[0][0].x) * 256
    assert far < -5 < near


def test_a_photo_without_a_person_moves_as_one(workshop: Workshop, tmp_path: Path) -> None:
    data = pictures.encoded(textured(200, 320), ".png")
    outputs = make(workshop, tmp_path, data, move="tilt_up", aspect="9:16", fps=30)
    assert outputs["depth_by"] == "none"
    assert outputs["video"]["meta"] == {"width": 192, "height": 342, "fps": 30, "duration_s": 1}
    with av.open(str(workshop.path(outputs["video"]))) as container:
        assert not container.streams.audio
        assert container.streams.video[0].frames == 30
        assert container.metadata["comment"] == image_to_video.MARK
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
    assert workshop.progressed[-1] == (30, 30, "frames")
    assert workshop.previews


@pytest.mark.parametrize(("shape", "size"), [((64, 640), (192, 460)), ((301, 203), (284, 192))])
def test_odd_and_extreme_photos(
    workshop: Workshop, tmp_path: Path, shape: tuple[int, int], size: tuple[int, int]
) -> None:
    data = pictures.encoded(textured(*shape))
    outputs = make(workshop, tmp_path, data, move="pull_out")
    frame = decoded_pictures(workshop.path(outputs["video"]))[0]
    assert frame.shape[:2] == size


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"move": "spin"}, "move"),
        ({"strength": 3}, "strength"),
        ({"duration_s": 0.2}, "duration_s"),
        ({"fps": 26}, "fps"),
        ({"size": 191}, "size"),
        ({"aspect": "2:1"}, "aspect"),
    ],
)
def test_what_it_cannot_do_is_refused(
    workshop: Workshop, tmp_path: Path, inputs: Any, field: str
) -> None:
    with pytest.raises(PermanentError) as caught:
        make(workshop, tmp_path, pictures.encoded(textured(80, 80)), **inputs)
    assert caught.value.code == "invalid-input"
    assert caught.value.extensions["pointer"] == f"/inputs/{field}"


def test_what_is_no_picture_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(PermanentError) as caught:
        make(workshop, tmp_path, b"no picture")
    assert caught.value.code == "invalid-image"
