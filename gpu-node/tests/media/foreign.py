"""Makes films as others make them, whole and broken ones, for tests."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def textured(height: int, width: int, seed: int = 3) -> Pixels:
    """Soft blobs, sharp lines and letters: something that an upscaler can work on."""
    random = np.random.default_rng(seed)
    noise = random.uniform(0, 255, (height // 8 + 2, width // 8 + 2, 3)).astype(np.float32)
    picture = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    picture = np.clip(picture * 0.5 + 60, 0, 255).astype(np.uint8)
    for i in range(0, max(height, width), 14):
        cv2.line(picture, (i, 0), (i // 2, height), (20, 30, 40), 1, cv2.LINE_AA)
    cv2.putText(picture, "Ag8", (4, height // 2), 0, height / 80, (240, 240, 250), 1, cv2.LINE_AA)
    return picture


def write_film(
    path: Path,
    pictures: list[Pixels],
    *,
    times: list[int] | None = None,
    rate: Fraction = Fraction(25),
    base: Fraction = Fraction(1, 12_800),
    codec: str = "libx264",
    pixels: str = "yuv420p",
    sound_s: float | None = None,
    sound_from_s: float = 0,
) -> Path:
    """A film; `times` in units of `base`, else one picture each 1/rate; stereo tone if wanted."""
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "Holiday"
        container.metadata["comment"] = "Filmed by hand."
        video = container.add_stream(codec, rate=rate)
        video.height, video.width, video.pix_fmt = height, width, pixels
        video.time_base = video.codec_context.time_base = base
        audio = None
        if sound_s is not None:
            audio = container.add_stream("aac", rate=44_100, layout="stereo")
        for i, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format=pixels)
            frame.pts = times[i] if times else round(i / rate / base)
            frame.time_base = base
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            assert sound_s is not None
            tone = 0.3 * np.sin(np.arange(int(sound_s * 44_100)) * 2 * np.pi * 440 / 44_100)
            frame = av.AudioFrame.from_ndarray(
                np.stack([tone, tone * 0.2]).astype(np.float32), format="fltp", layout="stereo"
            )
            frame.sample_rate, frame.time_base = 44_100, Fraction(1, 44_100)
            frame.pts = round(sound_from_s * 44_100)
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return path


def turned(film: Path, target: Path) -> Path:
    """The film with a header that says: show it turned by a quarter."""
    data = bytearray(film.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    quarter = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    data[at : at + 36] = struct.pack(">9i", *quarter)
    target.write_bytes(data)
    return target


def sound_only(path: Path) -> Path:
    with av.open(str(path), "w", format="mp4") as container:
        audio = container.add_stream("aac", rate=44_100, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 44_100), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 44_100
        container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return path
