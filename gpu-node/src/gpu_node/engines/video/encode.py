"""Writes a film: H.264 and AAC in an MP4 that plays while it loads and says it is generated."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from gpu_node.engines.arrays import Picture
from gpu_node.engines.speech.speech import Samples

AUDIO_RATE = 48_000
MARK = "Generated film: the speech is synthetic and the face is animated by software."
"""The comment in the file, so that nobody has to guess."""

_AAC_FRAME = 1024
_THREADS = 2
"""A fixed number: the bytes depend on it."""
BT709 = 1


class FilmWriter:
    """Takes `frames` pictures at `fps`; the sound is padded to exactly their length.

    Times are whole numbers: pictures count in 1/fps, samples in 1/48000.
    """

    def __init__(
        self, path: Path, *, size: tuple[int, int], fps: int, frames: int, sound: Samples
    ) -> None:
        """size: height and width; sound: at 48 kHz, no longer than the pictures."""
        length = frames * AUDIO_RATE // fps
        if len(sound) > length:
            raise ValueError(f"{len(sound)} samples do not fit into {frames} frames")
        self._sound = np.pad(sound, (0, length - len(sound)))
        self._fps = fps
        self._frames = 0
        self._samples = 0
        self._container = av.open(str(path), "w", options={"movflags": "+faststart"})
        self._container.metadata["comment"] = MARK
        self._container.metadata["title"] = "Talking avatar"
        self._video = self._container.add_stream("libx264", rate=fps)
        self._video.height, self._video.width = size
        self._video.pix_fmt = "yuv420p"
        self._video.time_base = self._video.codec_context.time_base = Fraction(1, fps)
        self._video.options = {"crf": "20", "preset": "veryfast", "tune": "animation"}
        context = self._video.codec_context
        context.thread_count = _THREADS
        context.color_range, context.colorspace = ColorRange.MPEG, BT709
        context.color_primaries = context.color_trc = BT709
        self._audio = self._container.add_stream("aac", rate=AUDIO_RATE, layout="mono")
        self._audio.bit_rate = 96_000

    def write(self, picture: Picture) -> None:
        """Append the next picture with the sound up to its end."""
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame = frame.reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
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
        while self._samples + _AAC_FRAME <= until or (last and self._samples < until):
            yield self._sound[self._samples : min(self._samples + _AAC_FRAME, until)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._container.close()
