"""Other forms of a film: WebM, an animated GIF, a poster."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from gpu_node.engines.arrays import Picture
from gpu_node.engines.speech.speech import Samples
from gpu_node.engines.video.encode import AUDIO_RATE, BT709, MARK

GIF_FPS = 10
_OPUS_FRAME = 960


class WebmWriter:
    """VP9 and Opus; takes pictures one by one and the sound at the end."""

    def __init__(self, path: Path, *, width: int, height: int, fps: int) -> None:
        self._container = av.open(str(path), "w", format="webm")
        self._container.metadata["comment"] = MARK
        self._fps = fps
        self._frames = 0
        self._video = self._container.add_stream("libvpx-vp9", rate=fps)
        self._video.width, self._video.height = width, height
        self._video.pix_fmt = "yuv420p"
        self._video.options = {"crf": "33", "b": "0", "deadline": "realtime", "cpu-used": "7"}
        context = self._video.codec_context
        context.color_range, context.colorspace = ColorRange.MPEG, BT709
        context.color_primaries = context.color_trc = BT709
        self._audio = self._container.add_stream("libopus", rate=AUDIO_RATE, layout="mono")
        self._audio.bit_rate = 64_000

    def write(self, picture: Picture) -> None:
        """Append the next picture."""
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        frame.pts, frame.time_base = self._frames, Fraction(1, self._fps)
        self._frames += 1
        self._container.mux(self._video.encode(frame))

    def close(self, sound: Samples) -> None:
        """Finish the file with its sound at 48 kHz."""
        self._container.mux(self._video.encode(None))
        for start in range(0, len(sound), _OPUS_FRAME):
            pcm = (sound[None, start : start + _OPUS_FRAME].clip(-1, 1) * 32_767).astype("int16")
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            frame.sample_rate = AUDIO_RATE
            frame.pts, frame.time_base = start, Fraction(1, AUDIO_RATE)
            self._container.mux(self._audio.encode(frame))
        self._container.mux(self._audio.encode(None))
        self._container.close()


def write_gif(path: Path, pictures: Iterable[Picture], side: int) -> None:
    """An endless animation with its own palette, `side` pixels wide."""
    small = [_scaled(picture, side) for picture in pictures]
    height, width = small[0].shape[:2]
    with av.open(str(path), "w", format="gif") as container:
        stream = container.add_stream("gif", rate=GIF_FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "rgb8"
        for number, picture in enumerate(small):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="rgb8")
            frame.pts, frame.time_base = number, Fraction(1, GIF_FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def write_poster(path: Path, picture: Picture) -> None:
    """A JPEG of one picture."""
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 90])


def _scaled(picture: Picture, width: int) -> Picture:
    height = max(2, round(picture.shape[0] * width / picture.shape[1] / 2) * 2)
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)
