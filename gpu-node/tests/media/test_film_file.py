"""The file that comes out: what players and browsers need."""

import hashlib
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from media.film import Film, decoded_pictures, decoded_sound

from mediakit.video.encode import MARK, FilmWriter


def boxes(path: Path) -> list[str]:
    """Names of the MP4's top-level boxes in order."""
    data = path.read_bytes()
    names: list[str] = []
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        names.append(data[at + 4 : at + 8].decode())
        at += size
    return names


def test_the_index_comes_before_the_data(film: Film) -> None:
    names = boxes(film.path)
    assert names.index("moov") < names.index("mdat")


def test_sound_and_picture_have_the_same_length(film: Film) -> None:
    with av.open(str(film.path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.duration and audio.duration and video.time_base and audio.time_base
        lengths = video.duration * video.time_base, audio.duration * audio.time_base
        assert abs(lengths[0] - lengths[1]) <= Fraction(1, 25)
        assert video.start_time == audio.start_time == 0
        assert lengths[0] == Fraction(len(film.planned), 25)


def test_every_planned_frame_is_there_in_order(film: Film) -> None:
    assert len(film.pictures) == len(film.planned)
    with av.open(str(film.path)) as container:
        times = [frame.pts * frame.time_base for frame in container.decode(video=0)]  # type: ignore
    assert times == [Fraction(i, 25) for i in range(len(film.planned))]


def test_browsers_can_play_it(film: Film) -> None:
    with av.open(str(film.path)) as container:
        video = container.streams.video[0].codec_context
        assert (video.name, video.pix_fmt) == ("h264", "yuv420p")
        assert (video.width, video.height) == (512, 512)
        assert container.streams.audio[0].codec_context.name == "aac"


def test_it_says_that_it_is_generated(film: Film) -> None:
    with av.open(str(film.path)) as container:
        assert container.metadata["comment"] == MARK


def test_colours_survive_the_way_through_the_file(tmp_path: Path) -> None:
    colours = [(30, 30, 200), (40, 180, 60), (200, 80, 40), (128, 128, 128), (186, 208, 242)]
    path = tmp_path / "colours.mp4"
    silence = np.zeros(100, np.float32)
    with FilmWriter(path, size=(64, 64), fps=25, frames=len(colours), sound=silence) as writer:
        for colour in colours:
            writer.write(np.full((64, 64, 3), colour, np.uint8))
    for colour, picture in zip(colours, decoded_pictures(path), strict=True):
        assert np.abs(picture[32, 32].astype(int) - colour).max() <= 8, colour


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    def digest(name: str) -> str:
        path = tmp_path / name
        random = np.random.default_rng(1)
        sound = random.uniform(-0.1, 0.1, 48_000 // 25 * 9).astype(np.float32)
        with FilmWriter(path, size=(64, 64), fps=25, frames=10, sound=sound) as writer:
            for _ in range(10):
                writer.write(random.integers(0, 255, (64, 64, 3), dtype=np.uint8))
        return hashlib.sha256(path.read_bytes()).hexdigest()

    assert digest("a.mp4") == digest("b.mp4")


def test_sound_is_where_it_was(tmp_path: Path) -> None:
    sound = np.zeros(48_000, np.float32)
    sound[24_000:24_480] = 0.5 * np.sin(np.arange(480) * 0.4)
    path = tmp_path / "click.mp4"
    with FilmWriter(path, size=(64, 64), fps=25, frames=25, sound=sound) as writer:
        for _ in range(25):
            writer.write(np.zeros((64, 64, 3), np.uint8))
    heard = np.abs(decoded_sound(path))
    middle = float((np.arange(len(heard)) * heard).sum() / heard.sum())
    assert abs(middle - 24_240) < 240
