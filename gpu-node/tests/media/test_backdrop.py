"""Another background: fills the picture, leaves no rest of the old one, or is refused by name."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from media.film import animate, chain_inputs, decoded_pictures, prepare
from media.pictures import bomb, encoded
from media.workshop import Workshop

from gpu_node.errors import BadImage, BadMedia
from mediakit.portrait import drawn_face
from mediakit.portrait.backdrop import blurred, filling, firm, plain, without_background

SIZE = (256, 256)
GREEN = (40, 220, 30)


@pytest.fixture(scope="module")
def before_green() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A person cut out softly, before a screaming green wall, and the same before grey."""
    picture, _, matte = drawn_face.draw_cut_out(SIZE, "amara")
    soft = cv2.GaussianBlur(matte.astype(np.float32), (0, 0), 2.0)
    own = without_background(picture, matte).astype(float)
    share = soft[..., None]
    before = [own * share + np.array(wall) * (1 - share) for wall in (GREEN, (128, 128, 128))]
    return before[0].astype(np.uint8), before[1].astype(np.uint8), soft


def green_cast(picture: np.ndarray, rim: np.ndarray) -> float:
    values = picture[rim].astype(float)
    return float((values[:, 1] - values[:, [0, 2]].max(axis=1)).mean())


def test_no_halo_of_the_old_background_is_left(
    before_green: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    picture, grey, matte = before_green
    share = firm(matte)[..., None]
    rim = (firm(matte) > 0.1) & (firm(matte) < 0.9)
    wall = np.full((*SIZE, 3), 128.0)
    cleaned = without_background(picture, firm(matte)) * share + wall * (1 - share)
    kept = picture * share + wall * (1 - share)
    truth = green_cast(grey, rim)
    assert green_cast(cleaned, rim) - truth < 12
    # The control: pasted with the colors it had, the rim is green.
    assert green_cast(kept, rim) - truth > 30


def test_the_person_itself_keeps_its_colours(
    before_green: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    picture, _, matte = before_green
    away = np.abs(without_background(picture, matte).astype(int) - picture)
    assert away[matte == 1].max() <= 1


def test_a_blurred_background_holds_nothing_of_the_person(
    before_green: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    picture, _, matte = before_green
    assert np.abs(blurred(picture, matte).astype(int) - GREEN).max() < 40


@pytest.mark.parametrize("shape", [(90, 400), (400, 90), (64, 64), (700, 900)])
def test_a_picture_fills_without_being_bent(shape: tuple[int, int]) -> None:
    picture = np.zeros((*shape, 3), np.uint8)
    middle = (shape[1] // 2, shape[0] // 2)
    radius = min(shape) // 4
    cv2.circle(picture, middle, radius, (255, 255, 255), -1)
    filled = filling(picture, (160, 200))
    rows, columns = np.nonzero(filled[..., 0] > 127)
    assert filled.shape == (160, 200, 3)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=4)
    assert (rows.mean(), columns.mean()) == pytest.approx((79.5, 99.5), abs=4)


def test_a_plain_wall_has_its_colour() -> None:
    wall = plain((100, 180), "#1f6f5c")
    assert np.abs(wall.reshape(-1, 3).mean(axis=0) - (0x5C, 0x6F, 0x1F)).max() < 6


def in_front_of(workshop: Workshop, inputs: dict[str, Any], **wishes: Any) -> tuple[str, list[Any]]:
    outputs = animate(workshop, {**inputs, "size": 256, **wishes})
    return outputs["background"], decoded_pictures(workshop.path(outputs["video"]))


def test_films_are_made_before_other_backgrounds(workshop: Workshop, tmp_path: Path) -> None:
    inputs = chain_inputs(workshop, "Yes.")
    scene = np.full((120, 200, 3), (30, 30, 200), np.uint8)
    path = tmp_path / "scene.png"
    path.write_bytes(encoded(scene, ".png"))
    image = workshop.given(path, "image/png")
    kinds = {
        "still": {},
        "color": {"background": "#c81e1e"},
        "picture": {"background_image": image},
        "blurred": {"background": "blurred"},
    }
    films = {kind: in_front_of(workshop, inputs, **wishes) for kind, wishes in kinds.items()}
    assert {kind: said for kind, (said, _) in films.items()} == {kind: kind for kind in kinds}
    wall, face = (slice(0, 60), slice(0, 40)), (slice(110, 150), slice(105, 150))
    own = films["still"][1]
    for kind in ("color", "picture"):
        pictures = films[kind][1]
        assert np.abs(pictures[0][wall].astype(int) - (30, 30, 200)).mean() < 12
        # The wall stands still, and the person is the same as before its own wall.
        assert np.abs(pictures[-4][wall].astype(int) - pictures[4][wall]).mean() < 2
        assert np.abs(pictures[4][face].astype(int) - own[4][face]).mean() < 4


@pytest.mark.parametrize(
    ("wishes", "pointer"),
    [
        ({"background": "pink"}, "background"),
        ({"background": "#12345"}, "background"),
        ({"background": "picture"}, "background_image"),
        ({"background": "blurred", "background_image": None}, "background"),
        ({"background": "blurred", "matte": ...}, "background"),
        ({"fps": 24}, "fps"),
        ({"size": 255}, "size"),
        ({"size": 511.5}, "size"),
    ],
)
def test_wishes_that_cannot_be_met_are_named(
    workshop: Workshop, tmp_path: Path, wishes: dict[str, Any], pointer: str
) -> None:
    inputs = chain_inputs(workshop, "Yes.") | {n: v for n, v in wishes.items() if v is not None}
    if wishes.get("matte") is ...:
        del inputs["matte"]
    if "background_image" in wishes:
        path = tmp_path / "scene.png"
        path.write_bytes(encoded(np.zeros((99, 99, 3), np.uint8), ".png"))
        inputs["background_image"] = workshop.given(path, "image/png")
    with pytest.raises(BadMedia) as caught:
        animate(workshop, inputs)
    assert caught.value.extensions["pointer"] == f"/inputs/{pointer}"


@pytest.mark.parametrize("data", [b"GIF89a", bomb(30_000, 30_000), b"\x89PNG\r\n\x1a\n" + bytes(9)])
def test_pictures_are_judged_as_portraits_are(
    workshop: Workshop, tmp_path: Path, data: bytes
) -> None:
    inputs = chain_inputs(workshop, "Yes.")
    path = tmp_path / "scene"
    path.write_bytes(data)
    with pytest.raises(BadImage) as caught:
        animate(workshop, {**inputs, "background_image": workshop.given(path, "image/png")})
    assert caught.value.extensions["pointer"] == "/inputs/background_image"


@pytest.mark.parametrize(
    ("wishes", "pointer"),
    [
        ({"aspect": "4:3"}, "aspect"),
        ({"avatar": "nobody"}, "avatar"),
        ({"size": 4000}, "size"),
    ],
)
def test_shapes_that_do_not_exist_are_named(
    workshop: Workshop, wishes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(BadMedia) as caught:
        prepare(workshop, **wishes)
    assert caught.value.extensions["pointer"] == f"/inputs/{pointer}"
