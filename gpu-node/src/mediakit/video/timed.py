"""Writes a film whose pictures have times of their own, with its sound and tags kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from mediakit.arrays import Picture, Samples
from mediakit.video.encode import AUDIO_RATE, BT709

_OPTIONS = {"crf": "18", "preset": "veryfast", "bf": "0"}
"""Without pictures out of order: an MP4 adds up lengths in the order of decoding, and for uneven
times the sum would not be when the film ends."""
_THREADS = 2
_AAC_FRAME = 1024
_BITS_PER_CHANNEL = 96_000


@dataclass(frozen=True)
class FilmForm:
    """What a film is like apart from its pictures and sound."""

    height: int
    width: int
    """Both even."""
    fps: Fraction
    time_base: Fraction
    """Unit in which the pictures' times are given."""
    tags: Mapping[str, str]
    """`comment` and `title` for instance."""
    channels: int = 0
    """Of the sound; 0 makes a silent film."""
    pixel_aspect: Fraction = Fraction(1)
    transfer: int = BT709
    primaries: int = BT709


class TimedFilmWriter:
    """H.264 and AAC in an MP4 that plays while it loads; both streams end together."""

    def __init__(self, path: Path, form: FilmForm, sound: Iterator[Samples]) -> None:
        """sound: parts of (channels, n) at 48 kHz from the first picture on."""
        self._form = form
        self._sound = sound
        self._heard = np.zeros((form.channels, 0), np.float32)
        self._samples = 0
        self._end = 0
        self._container = av.open(str(path), "w", options={"movflags": "+faststart"})
        self._container.metadata.update(form.tags)
        self._video = self._container.add_stream("libx264", rate=form.fps)
        self._video.height, self._video.width = form.height, form.width
        self._video.pix_fmt = "yuv420p"
        self._video.time_base = self._video.codec_context.time_base = form.time_base
        self._video.options = {**_OPTIONS}
        context = self._video.codec_context
        context.thread_count = _THREADS
        context.sample_aspect_ratio = form.pixel_aspect
        context.color_range, context.colorspace = ColorRange.MPEG, BT709
        context.color_primaries, context.color_trc = form.primaries, form.transfer
        self._audio = None
        if form.channels:
            layout = "stereo" if form.channels == 2 else "mono"
            self._audio = self._container.add_stream("aac", rate=AUDIO_RATE, layout=layout)
            self._audio.bit_rate = _BITS_PER_CHANNEL * form.channels

    def write(self, picture: Picture, start: int, duration: int) -> None:
        """Append a picture that is shown from `start` on, with the sound up to its end."""
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        frame.pts, frame.time_base, frame.duration = start, self._form.time_base, duration
        self._container.mux(self._video.encode(frame))
        self._end = start + duration
        self._write_sound(int(self._end * self._form.time_base * AUDIO_RATE))

    def close(self) -> None:
        """Finish the file; sound that is too short is followed by silence."""
        until = round(self._end * self._form.time_base * AUDIO_RATE)
        self._write_sound(until, last=True)
        self._container.mux(self._video.encode(None))
        if self._audio:
            self._container.mux(self._audio.encode(None))
        self._container.close()

    def _write_sound(self, until: int, last: bool = False) -> None:
        if self._audio is None:
            return
        while self._samples + _AAC_FRAME <= until or (last and self._samples < until):
            part = self._next(min(_AAC_FRAME, until - self._samples))
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=self._audio.layout.name)
            frame.sample_rate = AUDIO_RATE
            frame.pts, frame.time_base = self._samples, Fraction(1, AUDIO_RATE)
            self._container.mux(self._audio.encode(frame))
            self._samples += part.shape[1]

    def _next(self, count: int) -> Samples:
        while self._heard.shape[1] < count:
            part = next(self._sound, None)
            if part is None:
                missing = count - self._heard.shape[1]
                part = np.zeros((self._form.channels, missing), np.float32)
            self._heard = np.concatenate([self._heard, part], axis=1)
        taken, self._heard = self._heard[:, :count], self._heard[:, count:]
        return np.ascontiguousarray(taken)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._container.close()
