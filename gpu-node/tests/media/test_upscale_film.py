"""`esrgan` enlarges films of any origin; their times, sound and tags stay."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from media.foreign import sound_only, textured, turned, write_film
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.errors import BadMedia, Canceled, PermanentError
from gpu_node.handlers.upscale_video import upscale_video
from mediakit.upscale.still_file import MARK


def enlarge(workshop: Workshop, film: Path, **inputs: Any) -> Path:
    video = workshop.given(film, "video/mp4")
    outputs = upscale_video.run(
        models.UpscaleVideoParams(),
        models.UpscaleVideoInputs.model_validate({"video": video, **inputs}),
        workshop.using("esrgan"),
    )
    made = models.UpscaleVideoOutputs.model_validate(outputs).model_dump(mode="json")["video"]
    path = workshop.path(made)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (made["meta"]["width"], made["meta"]["height"]) == (stream.width, stream.height)
        assert stream.codec_context.pix_fmt == "yuv420p"
    return path


def moving(count: int, height: int = 48, width: int = 64) -> list[np.ndarray]:
    picture = textured(height, width + count)
    return [np.ascontiguousarray(picture[:, i : i + width]) for i in range(count)]


def shown(path: Path) -> tuple[list[Fraction], list[np.ndarray]]:
    times: list[Fraction] = []
    pictures: list[np.ndarray] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            assert frame.pts is not None and frame.time_base is not None
            times.append(frame.pts * frame.time_base)
            pictures.append(frame.to_ndarray(format="bgr24"))
    return times, pictures


def lengths(path: Path) -> tuple[float, float]:
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.start_time == audio.start_time == 0
        assert video.duration and video.time_base and audio.duration and audio.time_base
        return float(video.duration * video.time_base), float(audio.duration * audio.time_base)


def test_frames_sound_and_tags_are_kept(workshop: Workshop, tmp_path: Path) -> None:
    rate, base = Fraction(30_000, 1001), Fraction(1, 30_000)
    pictures = moving(12)
    source = write_film(
        tmp_path / "a.mp4", pictures, rate=rate, base=base, sound_s=0.3, sound_from_s=0.05
    )
    made = enlarge(workshop, source)
    times, large = shown(made)
    assert times == [i / rate for i in range(12)]
    assert large[0].shape == (96, 128, 3)
    for before, after in zip(shown(source)[1], large, strict=True):
        small = cv2.resize(after, (64, 48), interpolation=cv2.INTER_AREA).astype(float)
        assert 10 * np.log10(255**2 / np.mean((small - before) ** 2)) > 27
    video_s, audio_s = lengths(made)
    assert abs(video_s - 12 / rate) < 1e-3
    assert abs(audio_s - video_s) < 1e-3
    with av.open(str(made)) as container:
        assert container.metadata["title"] == "Holiday"
        assert container.metadata["comment"] == f"Filmed by hand. {MARK}"
        assert container.streams.audio[0].layout.name == "stereo"
        sound = np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)
    assert np.abs(sound[:, : int(0.03 * 48_000)]).max() < 0.03, "it begins 50 ms late, as before"
    left, right = np.abs(sound[:, 6_000:12_000]).max(axis=1)
    assert 0.2 < left < 0.4 and right < 0.5 * left
    assert workshop.progressed[-1] == (12, 12, "frames")
    assert workshop.previews


def test_a_variable_frame_rate_is_kept(workshop: Workshop, tmp_path: Path) -> None:
    times = [0, 40, 60, 200, 240, 500]
    source = write_film(
        tmp_path / "a.mp4", moving(6), times=times, base=Fraction(1, 1000), sound_s=2
    )
    made = enlarge(workshop, source)
    assert [round(float(t) * 1000) for t in shown(made)[0]] == times
    video_s, audio_s = lengths(made)
    assert abs(video_s - audio_s) < 2e-3


def test_what_does_not_change_is_not_worked_on_again(workshop: Workshop, tmp_path: Path) -> None:
    still = textured(140, 140)
    source = write_film(tmp_path / "a.mkv", [still] * 4, codec="ffv1", pixels="bgr0")
    pictures = shown(enlarge(workshop, source))[1]
    assert any("film enlarged" in line for line in workshop.lines)
    assert np.abs(pictures[0].astype(int) - pictures[3]).mean() < 2
    assert workshop.fields[-1]["tiles_taken_over"] == 3 * 4


def test_odd_sizes_and_no_sound(workshop: Workshop, tmp_path: Path) -> None:
    source = write_film(tmp_path / "a.mkv", moving(2, 33, 47), codec="ffv1", pixels="bgr0")
    made = enlarge(workshop, source, factor=4)
    assert shown(made)[1][0].shape == (132, 188, 3)
    with av.open(str(made)) as container:
        assert not container.streams.audio


def test_it_stands_upright_as_the_film_wants_to_be_shown(
    workshop: Workshop, tmp_path: Path
) -> None:
    plain = write_film(tmp_path / "a.mp4", moving(2))
    made = shown(enlarge(workshop, turned(plain, tmp_path / "b.mp4")))[1][0]
    assert made.shape == (128, 96, 3)
    small = cv2.resize(made, (48, 64), interpolation=cv2.INTER_AREA).astype(float)
    away = {
        turn: float(np.abs(cv2.rotate(moving(1)[0], turn) - small).mean())
        for turn in (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE)
    }
    assert away[cv2.ROTATE_90_CLOCKWISE] < 0.5 * away[cv2.ROTATE_90_COUNTERCLOCKWISE]


@pytest.mark.parametrize(
    ("codec", "pixels", "name"),
    [
        ("libx265", "yuv420p10le", "ten.mp4"),
        ("libvpx-vp9", "yuva420p", "alpha.webm"),
        ("libx264", "yuv444p", "full.mp4"),
    ],
)
def test_deep_and_transparent_films(
    workshop: Workshop, tmp_path: Path, codec: str, pixels: str, name: str
) -> None:
    picture = moving(1)[0]
    film = write_film(
        tmp_path / name, [picture], codec=codec, pixels=pixels, base=Fraction(1, 1000)
    )
    made = shown(enlarge(workshop, film))[1][0]
    small = cv2.resize(made, (64, 48), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(small - picture).mean() < 12


def test_bad_films_are_refused(workshop: Workshop, tmp_path: Path) -> None:
    whole = write_film(tmp_path / "a.mp4", moving(4)).read_bytes()
    matroska = write_film(tmp_path / "a.mkv", moving(9), codec="ffv1", pixels="bgr0").read_bytes()
    wide = np.zeros((16, 2100, 3), np.uint8)
    cases = {
        "film": [b"", b"no film", whole[:-300], matroska[:300]],
        "no pictures": [sound_only(tmp_path / "sound.mp4").read_bytes()],
        "at least 16": [write_film(tmp_path / "b.mp4", [np.zeros((8, 32, 3), np.uint8)])],
        "too large": [write_film(tmp_path / "c.mp4", [wide])],
    }
    for words, files in cases.items():
        for data in files:
            path = tmp_path / "film"
            path.write_bytes(data if isinstance(data, bytes) else data.read_bytes())
            with pytest.raises(BadMedia) as caught:
                enlarge(workshop, path)
            assert words in caught.value.detail, (words, caught.value.detail)
            assert caught.value.extensions["pointer"] == "/inputs/video"


def test_a_film_without_its_end_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    whole = write_film(tmp_path / "a.mp4", moving(30))
    front = tmp_path / "front.mp4"
    with (
        av.open(str(whole)) as source,
        av.open(str(front), "w", options={"movflags": "+faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    data = front.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: data.index(b"mdat") + 1500])
    with pytest.raises(BadMedia, match=r"cut off|cannot be read"):
        enlarge(workshop, tmp_path / "cut.mp4")


def test_a_factor_that_no_network_has_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(PermanentError) as caught:
        enlarge(workshop, write_film(tmp_path / "a.mp4", moving(1)), factor=3)
    assert caught.value.extensions["pointer"] == "/inputs/factor"


def test_it_stops_when_it_is_told(workshop: Workshop, tmp_path: Path) -> None:
    source = write_film(tmp_path / "a.mp4", moving(2))
    workshop.canceled_by = Canceled("canceled", "no longer wanted")
    with pytest.raises(Canceled):
        enlarge(workshop, source)
