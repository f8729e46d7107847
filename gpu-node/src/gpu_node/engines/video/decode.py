"""Reads a film's pictures and sound."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError

from gpu_node.engines.arrays import Picture
from gpu_node.engines.speech.speech import Samples
from gpu_node.engines.video.encode import AUDIO_RATE
from gpu_node.errors import BadMedia


def pictures_of(path: Path, pointer: str) -> Iterator[Picture]:
    """All pictures, blue, green, red; `BadMedia` naming `pointer` where they cannot be decoded."""
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
    except FFmpegError as cause:
        detail = f"the film cannot be decoded: {cause.strerror}"
        raise BadMedia("invalid-video", detail, pointer=pointer) from cause


def sound_of(path: Path, pointer: str) -> Samples:
    """The sound as mono at 48 kHz; empty if there is none."""
    parts: list[Samples] = []
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return np.zeros(0, np.float32)
            resampler = av.AudioResampler(format="fltp", layout="mono", rate=AUDIO_RATE)
            for frame in container.decode(audio=0):
                parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
            parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    except FFmpegError as cause:
        detail = f"the film's sound cannot be decoded: {cause.strerror}"
        raise BadMedia("invalid-video", detail, pointer=pointer) from cause
    return np.concatenate([*parts, np.zeros(0)]).astype(np.float32)
