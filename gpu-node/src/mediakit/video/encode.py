"""Writes a film: pictures and sound of the same length in a file that plays while it loads and
says that it is generated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from mediakit.arrays import Picture, Samples
from mediakit.video.planes import Planes, to_planes

AUDIO_RATE = 48_000
MARK = "Generated film: the speech is synthetic and the face is animated by software."
"""The comment in the file, so that nobody has to guess."""

_THREADS = 2
"""A fixed number: the bytes depend on it."""
BT709 = 1


@dataclass(frozen=True)
class Form:
    """A kind of file: its codecs and what they are told."""

    container: str
    video: str
    video_options: Mapping[str, str]
    audio: str
    audio_format: str = "s16"
    audio_frame: int = 1024
    bit_rate: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)


_X264 = "libx264"
MP4 = Form(
    "mp4", _X264, {"crf": "20", "preset": "veryfast", "tune": "animation"}, "aac",
    audio_format="fltp", bit_rate=128_000, options={"movflags": "+faststart"},
)  # fmt: skip
INTERMEDIATE = Form(
    "mp4", _X264, {"crf": "14", "preset": "ultrafast"}, "alac", audio_format="s16p",
    audio_frame=4096, options={"movflags": "+faststart"},
)  # fmt: skip
"""For another encoding: 54 dB for 1.3 ms per 512 px picture, sound without loss."""
WEBM = Form(
    "webm", "libvpx-vp9",
    {"crf": "30", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"},
    "libopus", audio_frame=960, bit_rate=64_000,
)  # fmt: skip


class FilmWriter:
    """Takes `frames` pictures at `fps`; the sound is padded to exactly their length.

    Times are whole numbers: pictures count in 1/fps, samples in 1/48000.
    """

    def __init__(
        self,
        path: Path,
        *,
        size: tuple[int, int],
        fps: int,
        frames: int,
        sound: Samples,
        form: Form = MP4,
        title: str = "Talking avatar",
    ) -> None:
        """size: height and width; sound: at 48 kHz, no longer than the pictures."""
        length = frames * AUDIO_RATE // fps
        if len(sound) > length:
            raise ValueError(f"{len(sound)} samples do not fit into {frames} frames")
        self._sound = np.pad(sound, (0, length - len(sound)))
        self._fps = fps
        self._form = form
        self._frames = 0
        self._samples = 0
        self._container = av.open(str(path), "w", format=form.container, options=dict(form.options))
        self._container.metadata["comment"] = MARK
        self._container.metadata["title"] = title
        self._video = cast(VideoStream, self._container.add_stream(form.video, rate=fps))
        self._video.height, self._video.width = size
        self._video.pix_fmt = "yuv420p"
        self._video.time_base = self._video.codec_context.time_base = Fraction(1, fps)
        self._video.options = dict(form.video_options)
        context = self._video.codec_context
        context.thread_count = _THREADS
        context.color_range, context.colorspace = ColorRange.MPEG, BT709
        context.color_primaries = context.color_trc = BT709
        self._audio = cast(
            AudioStream, self._container.add_stream(form.audio, rate=AUDIO_RATE, layout="mono")
        )
        self._audio.codec_context.format = av.AudioFormat(form.audio_format)
        if form.bit_rate:
            self._audio.bit_rate = form.bit_rate

    def write(self, picture: Picture) -> None:
        """Append the next picture with the sound up to its end."""
        self.write_planes(to_planes(picture))

    def write_planes(self, planes: Planes) -> None:
        """The same for a picture that is in planes already."""
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.color_range, frame.colorspace = ColorRange.MPEG, BT709
        frame.pts, frame.time_base = self._frames, Fraction(1, self._fps)
        self._container.mux(self._video.encode(frame))
        self._frames += 1
        self._write_sound(self._frames * AUDIO_RATE // self._fps)

    def close(self) -> None:
        """Finish the file."""
        self._write_sound(len(self._sound), last=True)
        self._container.mux(self._video.encode(None))
        self._container.mux(self._audio.encode(None))
        self._container.close()

    def _write_sound(self, until: int, last: bool = False) -> None:
        for part in self._parts(until, last):
            pcm = np.round(np.clip(part, -1, 1) * 32_767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            frame.sample_rate = AUDIO_RATE
            frame.pts, frame.time_base = self._samples, Fraction(1, AUDIO_RATE)
            self._container.mux(self._audio.encode(frame))
            self._samples += len(part)

    def _parts(self, until: int, last: bool) -> Iterator[Samples]:
        size = self._form.audio_frame
        while self._samples + size <= until or (last and self._samples < until):
            yield self._sound[self._samples : min(self._samples + size, until)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._container.close()
