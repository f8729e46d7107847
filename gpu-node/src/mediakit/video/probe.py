"""Reads what a film says about itself."""

from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from mediakit.errors import MediaError
from mediakit.files.kinds import FILMS
from mediakit.files.opener import UNREADABLE, open_media, reason_of
from mediakit.video.timing import check_length

_FASTEST = 60


@dataclass(frozen=True)
class FilmFacts:
    """Size in pixels, pictures per second, length in seconds."""

    width: int
    height: int
    fps: float
    duration_s: float

    @property
    def whole_fps(self) -> int:
        """The rate of a film that is made of this one."""
        return min(_FASTEST, max(1, round(self.fps)))


def probe_film(path: Path) -> FilmFacts:
    """The facts of the first video stream; `MediaError` if there is none."""
    try:
        with open_media(path, FILMS) as container:
            if not container.streams.video:
                raise MediaError("unreadable-film", "the file has no pictures")
            stream = container.streams.video[0]
            rate = stream.average_rate or stream.guessed_rate
            if not rate or not stream.width:
                raise MediaError("unreadable-film", "the film has no frame rate")
            duration = _duration(container, stream)
            check_length(duration)
            return FilmFacts(stream.width, stream.height, float(rate), duration)
    except UNREADABLE as cause:
        detail = f"the film cannot be read: {reason_of(cause)}"
        raise MediaError("unreadable-film", detail) from cause


def _duration(container: InputContainer, stream: VideoStream) -> float:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base
