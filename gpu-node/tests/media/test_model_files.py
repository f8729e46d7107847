"""A model file that is not the one that was set up is refused before anything is made of it."""

import shutil
from importlib.metadata import files
from pathlib import Path

import pytest
from media.conftest import MODELS

from mediakit import model_files
from mediakit.errors import MediaError
from mediakit.portrait import face_mesh, person_matte
from mediakit.speech import kokoro
from mediakit.video.fonts import Weight, font_for

_LOADERS = {
    "face_landmark.tflite": face_mesh.load,
    "face_detection_short_range.tflite": face_mesh.load,
    "selfie_segmentation.tflite": person_matte.load,
    "kokoro/kokoro-v1.0.int8.durations.onnx": lambda folder: kokoro.load(folder, "af_heart"),
    "kokoro/af_heart.bin": lambda folder: kokoro.load(folder, "af_heart"),
    "fonts/Inter_700Bold.ttf": lambda folder: font_for("Ships", Weight.BOLD, folder),
    "fonts/DejaVuSans-Bold.ttf": lambda folder: font_for("\u05e9", Weight.BOLD, folder),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All models, of this test alone; linked, because they are large."""
    here = tmp_path / "models"
    shutil.copytree(MODELS, here, copy_function=lambda from_, to: Path(to).symlink_to(from_))
    return here


@pytest.mark.parametrize("name", _LOADERS)
def test_a_changed_byte_is_refused_by_name(folder: Path, name: str) -> None:
    path = folder / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()
    path.write_bytes(data)
    with pytest.raises(MediaError, match=rf"{name}.*npm run bootstrap"):
        _LOADERS[name](folder)


@pytest.mark.parametrize("name", _LOADERS)
def test_a_missing_file_is_refused_by_name(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(MediaError, match=rf"{name}.*npm run bootstrap"):
        _LOADERS[name](folder)


def test_a_file_that_set_up_does_not_know_is_refused(folder: Path) -> None:
    (folder / "other.onnx").write_bytes(b"a network of somebody else")
    with pytest.raises(MediaError, match=r"other\.onnx is not the one that was set up"):
        model_files.checked(folder, "other.onnx")


def test_every_file_of_the_set_up_has_its_digest() -> None:
    for path in MODELS.rglob("[!.]*.*"):
        model_files.checked(MODELS, str(path.relative_to(MODELS)))


def test_a_file_of_a_package_is_compared_with_its_record(tmp_path: Path) -> None:
    recorded = next(f for f in files("hibari-tts") or [] if f.name == "hibari.onnx")
    path = Path(str(recorded.locate()))
    assert model_files.checked_in_package("hibari-tts", path) == path
    other = tmp_path / "hibari.onnx"
    other.write_bytes(path.read_bytes())
    for package in ("hibari-tts", "not-installed"):
        with pytest.raises(MediaError, match=r"hibari\.onnx.*npm run bootstrap"):
            model_files.checked_in_package(package, other)
