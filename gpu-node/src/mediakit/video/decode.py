"""Reads a film's pictures and sound."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np

from mediakit.arrays import Picture, Samples
from mediakit.errors import MediaError
from mediakit.files.kinds import FILMS
from mediakit.files.opener import UNREADABLE, open_media, reason_of
from mediakit.video.encode import AUDIO_RATE
from mediakit.video.planes import Planes, planes_of_frame
from mediakit.video.timing import MAX_LENGTH_S, check_gap, check_length


def pictures_of(path: Path) -> Iterator[Picture]:
    """All pictures, blue, green, red; `MediaError` where they cannot be decoded."""
    with _readable("the film"), open_media(path, FILMS) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)


def paced_planes(path: Path, fps: int, count: int) -> Iterator[Planes]:
    """The pictures of `paced_frames` in planes."""
    last: tuple[av.VideoFrame, Planes] | None = None
    for frame in paced_frames(path, fps, count):
        if last is None or last[0] is not frame:
            last = frame, planes_of_frame(frame)
        yield last[1]


def paced_frames(path: Path, fps: int, count: int) -> Iterator[av.VideoFrame]:
    """What is shown in the middle of each 1/fps second, `count` times: films of any rate become
    even, and a film that ends too early stays at its last picture.
    """
    shown: av.VideoFrame | None = None
    given = 0
    with _readable("the film"), open_media(path, FILMS) as container:
        begin: float | None = None
        for frame in container.decode(video=0):
            time_s = frame.time or 0.0
            begin = time_s if begin is None else begin
            while shown is not None and given < count and (given + 0.5) / fps < time_s - begin:
                yield shown
                given += 1
            shown = frame
    while shown is not None and given < count:
        yield shown
        given += 1


def length_s(path: Path) -> float:
    """How long pictures are shown, in seconds, by the times of all of them; none is decoded."""
    with _readable("the film"), open_media(path, FILMS) as container:
        stream = container.streams.video[0]
        base = stream.time_base
        begin, end, last = None, 0, None
        for packet in container.demux(stream):
            if packet.pts is None or base is None:
                continue
            begin = packet.pts if begin is None else min(begin, packet.pts)
            end = max(end, packet.pts + (packet.duration or 0))
            step = max(packet.duration or 0, abs(packet.pts - (last or begin)))
            check_gap(float(step * base))
            last = packet.pts
    if begin is None or base is None:
        return 0.0
    length = float((end - begin) * base)
    check_length(length)
    return length


def sound_of(path: Path, most_s: float = MAX_LENGTH_S) -> Samples:
    """The sound as mono at 48 kHz, about `most_s` of it; empty if there is none."""
    parts: list[Samples] = []
    count = 0
    with _readable("the film's sound"), open_media(path, FILMS) as container:
        if not container.streams.audio:
            return np.zeros(0, np.float32)
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=AUDIO_RATE)
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
            count += frame.samples
            if count > most_s * (frame.sample_rate or AUDIO_RATE):
                break
        parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate([*parts, np.zeros(0)]).astype(np.float32)


@contextmanager
def _readable(what: str) -> Generator[None, None, None]:
    try:
        yield
    except (*UNREADABLE, IndexError) as cause:
        reason = "it has no pictures" if isinstance(cause, IndexError) else reason_of(cause)
        detail = f"{what} cannot be decoded: {reason}"
        raise MediaError("unreadable-film", detail) from cause
