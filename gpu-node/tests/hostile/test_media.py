"""An upload is bytes: nothing that it names is opened or called, and each file that is none of
ours is refused with a clear problem."""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import pytest
from hostile.canary import Canary
from hostile.corpus import binaries, films, texts
from media.foreign import textured, write_film
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.errors import GpuNodeError
from gpu_node.handlers.media_problems import given
from gpu_node.handlers.upscale_video import upscale_video
from mediakit.picture.image_header import open_still
from mediakit.picture.known_kinds import read_picture
from mediakit.speech.match.clip import read_clip
from mediakit.video.decode import length_s, paced_planes, pictures_of, sound_of
from mediakit.video.probe import probe_film
from mediakit.video.source import frames_of, open_film, sound_parts

SOURCE = Path(__file__).parents[2] / "src"
MODELS = Path(__file__).parents[3] / ".data" / "models"
SUFFIXES = ("", ".mp4", ".ts", ".m3u8", ".sdp", ".png")


def _enlarge(path: Path) -> None:
    for engine in ("passthrough", "esrgan"):
        workshop = Workshop(path.parent, MODELS)
        given = workshop.given(path, "video/x-mpegurl")
        inputs = models.UpscaleVideoInputs.model_validate({"video": given})
        upscale_video.run(models.UpscaleVideoParams(), inputs, workshop.using(engine))


def _everything(path: Path) -> None:
    film = open_film(path)
    list(frames_of(film))
    list(sound_parts(film) if film.channels else ())


READERS: dict[str, Callable[[Path], Any]] = {
    "enlarge": _enlarge,
    "film": _everything,
    "probe": lambda path: probe_film(path),
    "length": lambda path: length_s(path),
    "pictures": lambda path: list(pictures_of(path)),
    "planes": lambda path: list(paced_planes(path, 25, 3)),
    "sound": lambda path: sound_of(path),
    "voice": lambda path: read_clip(path, lambda: None),
    "portrait": lambda path: open_still(path).load(),
}


@pytest.fixture(scope="module")
def mp4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "a.mp4"
    return write_film(path, [textured(48, 64)] * 3, sound_s=0.1)


@pytest.fixture(scope="module")
def mkv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "a.mkv"
    return write_film(path, [textured(48, 64)] * 3, base=Fraction(1, 1000), sound_s=0.1)


@pytest.fixture
def canary(tmp_path: Path, mp4: Path) -> Iterator[Canary]:
    with Canary(tmp_path, mp4) as canary:
        yield canary


@pytest.mark.parametrize("reader", READERS)
def test_nothing_that_a_file_names_is_opened_and_the_file_is_refused(
    reader: str, canary: Canary, tmp_path: Path
) -> None:
    corpus = {**texts(canary.path, canary.port), **binaries(canary.path, canary.port)}
    taken: list[str] = []
    for number, (name, data) in enumerate(corpus.items()):
        path = tmp_path / f"{name}{SUFFIXES[number % len(SUFFIXES)]}"
        path.write_bytes(data)
        try:
            with given("/x"):
                READERS[reader](path)
            taken.append(name)
        except GpuNodeError as error:
            assert error.code in ("invalid-video", "invalid-audio", "invalid-image"), name
            assert str(tmp_path) not in error.detail, name
        assert not canary.reads(), name
        assert not canary.calls(), name
    assert taken == []


@pytest.mark.parametrize("reader", READERS)
def test_films_that_point_elsewhere_are_read_without_it(
    reader: str, canary: Canary, tmp_path: Path, mp4: Path, mkv: Path
) -> None:
    for name, data in films(mp4.read_bytes(), mkv.read_bytes(), canary.path).items():
        path = tmp_path / f"{name}.mp4"
        path.write_bytes(data)
        try:
            with given("/x"):
                READERS[reader](path)
        except GpuNodeError as error:
            assert error.code.startswith(("invalid-", "unfit-")), name
        assert not canary.reads(), name


def test_other_pictures_than_jpeg_png_and_webp_are_not_decoded(
    canary: Canary, tmp_path: Path
) -> None:
    for name, data in {**binaries(canary.path, 9), **texts(canary.path, 9)}.items():
        path = tmp_path / f"{name}.png"
        path.write_bytes(data)
        assert read_picture(path, cv2.IMREAD_COLOR) is None, name
    for suffix in (".tiff", ".bmp", ".ppm", ".jp2", ".ras"):
        path = tmp_path / f"a{suffix}"
        if cv2.imwrite(str(path), textured(48, 64)):
            assert read_picture(path, cv2.IMREAD_COLOR) is None, suffix
    for suffix in (".png", ".jpg", ".webp"):
        path = tmp_path / f"a{suffix}"
        cv2.imwrite(str(path), textured(48, 64))
        picture = read_picture(path, cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (48, 64, 3)


def test_the_canary_sings_where_ffmpeg_may_do_as_it_likes(canary: Canary, tmp_path: Path) -> None:
    path = tmp_path / "a.ffconcat"
    path.write_text(f"ffconcat version 1.0\nfile '{canary.path}'\n")
    with av.open(str(path), options={"safe": "0"}) as container:
        assert next(container.decode(video=0)).width == 64
    assert canary.reads()


def test_media_are_opened_in_one_place_only() -> None:
    """Writing names a path; reading must not."""
    reading = re.compile(
        r"av\.open\((?!str\(path\), \"w\")|cv2\.(imread|VideoCapture)\(|Image\.open\("
    )
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if reading.search(path.read_text())
    }
    assert found == {
        "mediakit/files/opener.py",
        "mediakit/picture/known_kinds.py",
        "mediakit/picture/image_header.py",
        # Reads what it has written itself.
        "mediakit/upscale/picture_cache.py",
    }
