"""Reads films that were made elsewhere: of any frame rate, turned by metadata, without sound."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace

from mediakit.arrays import Picture, Samples
from mediakit.errors import MediaError
from mediakit.files.kinds import FILMS
from mediakit.files.opener import UNREADABLE, open_media, reason_of
from mediakit.video.encode import AUDIO_RATE
from mediakit.video.timing import check_gap, check_length, check_offset

_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
_HD = 720
"""From this height on, colours that do not say which they are count as BT.709, below as BT.601."""
_UNSPECIFIED = 2
_COMPLETE = 0.9
"""A film with a smaller share of both the pictures and the time that it promises has been cut off.
A film that was merely trimmed may hold pictures that are never shown."""
_MAX_PIXELS = 40_000_000
"""Of one picture; said by the header, before anything is decoded."""


@dataclass(frozen=True)
class SourceFrame:
    """A picture, upright, and when it is shown, in the stream's time base from the first one."""

    picture: Picture
    start: int
    duration: int


@dataclass(frozen=True)
class SourceFilm:
    """What a film says about itself."""

    path: Path
    width: int
    """As shown: upright."""
    height: int
    fps: Fraction
    frames: int
    """As promised or, where nothing is, as guessed from length and rate."""
    time_base: Fraction
    start_s: float
    pixel_aspect: Fraction
    channels: int
    """Of the sound, 1 or 2; 0 without any."""
    transfer: int
    primaries: int
    tags: dict[str, str]


def open_film(path: Path) -> SourceFilm:
    """The facts, after a look at the first picture; `MediaError` if they cannot be read."""
    try:
        with open_media(path, FILMS) as container:
            return _facts(container, path)
    except UNREADABLE as cause:
        raise unreadable(cause) from cause


def _facts(container: InputContainer, path: Path) -> SourceFilm:
    if not container.streams.video:
        raise MediaError("unreadable-film", "the file has no pictures")
    stream = container.streams.video[0]
    if stream.width * stream.height > _MAX_PIXELS:
        detail = f"the film has {stream.width} x {stream.height} pixels, more than can be read"
        raise MediaError("unreadable-film", detail)
    rate, base = stream.average_rate or stream.guessed_rate, stream.time_base
    first = next(container.decode(stream), None)
    if first is None or first.pts is None or not rate or not base:
        raise MediaError("unreadable-film", "the film has no picture that can be shown")
    length = float(stream.duration * base) if stream.duration else 0
    length = length or (container.duration or 0) / av.time_base
    check_length(length)
    turned = first.rotation % 180 == 90
    shape = (first.width, first.height)
    aspect = stream.sample_aspect_ratio or Fraction(1)
    sound = container.streams.audio
    return SourceFilm(
        path=path,
        width=shape[1] if turned else shape[0],
        height=shape[0] if turned else shape[1],
        fps=Fraction(rate),
        frames=stream.frames or max(1, round(length * rate)),
        time_base=base,
        start_s=float(first.pts * base),
        pixel_aspect=1 / aspect if turned else aspect,
        channels=min(2, sound[0].codec_context.channels) if sound else 0,
        transfer=int(stream.codec_context.color_trc),
        primaries=int(stream.codec_context.color_primaries),
        tags=dict(container.metadata),
    )


def frames_of(film: SourceFilm) -> Iterator[SourceFrame]:
    """All pictures in the order in which they are shown."""
    check_gap(float(1 / film.fps))
    one = max(1, round(1 / film.fps / film.time_base))
    waiting: tuple[Picture, int] | None = None
    first, count = 0, 0
    try:
        with open_media(film.path, FILMS) as container:
            stream = container.streams.video[0]
            for frame in container.decode(stream):
                last = waiting[1] if waiting else -1
                at = last + one if frame.pts is None else frame.pts - first
                if waiting is None:
                    first, at = frame.pts or 0, 0
                elif at <= last:
                    at = last + 1
                if waiting:
                    check_gap(float((at - last) * film.time_base))
                    check_length(float(at * film.time_base))
                    yield SourceFrame(*waiting, at - last)
                waiting, count = (_upright(frame), at), count + 1
            promised = stream.frames
            length = stream.duration or 0
    except UNREADABLE as cause:
        raise unreadable(cause) from cause
    is_short = waiting is None or waiting[1] + one < length * _COMPLETE
    if waiting is None or (is_short and count < promised * _COMPLETE):
        detail = f"the film is cut off: {count} of its {promised} pictures are there"
        raise MediaError("unreadable-film", detail)
    yield SourceFrame(*waiting, one)


def sound_parts(film: SourceFilm) -> Iterator[Samples]:
    """The sound at 48 kHz in parts of (channels, n), from the first picture on."""
    layout = "stereo" if film.channels == 2 else "mono"
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=AUDIO_RATE)
    late: int | None = None
    try:
        with open_media(film.path, FILMS) as container:
            for frame in container.decode(container.streams.audio[0]):
                if late is None:
                    offset_s = (frame.time or 0) - film.start_s
                    check_offset(offset_s)
                    late = round(offset_s * AUDIO_RATE)
                    yield from _silence(film.channels, max(0, late))
                for part in resampler.resample(frame):
                    samples = part.to_ndarray()
                    skipped = min(max(0, -late), samples.shape[1])
                    late += skipped
                    yield samples[:, skipped:].astype(np.float32)
            for part in resampler.resample(None):
                yield part.to_ndarray().astype(np.float32)
    except UNREADABLE as cause:
        detail = f"the film's sound cannot be decoded: {reason_of(cause)}"
        raise MediaError("unreadable-film", detail) from cause


def _silence(channels: int, count: int) -> Iterator[Samples]:
    """In pieces: nobody may ever ask for all of it."""
    while count > 0:
        piece = min(count, AUDIO_RATE)
        yield np.zeros((channels, piece), np.float32)
        count -= piece


def unreadable(cause: Exception) -> MediaError:
    detail = f"the film cannot be read: {reason_of(cause)}"
    return MediaError("unreadable-film", detail)


def _upright(frame: VideoFrame) -> Picture:
    """8 bits, blue, green, red, without transparency, turned as the film wants to be shown."""
    known = int(frame.colorspace) != _UNSPECIFIED
    guess = Colorspace.ITU709 if frame.height >= _HD else Colorspace.ITU601
    plain = frame.reformat(format="bgr24", src_colorspace=None if known else guess)
    picture = plain.to_ndarray().astype(np.uint8, copy=False)
    turn = _TURNS.get(frame.rotation % 360)
    return picture if turn is None else cv2.rotate(picture, turn).astype(np.uint8)
