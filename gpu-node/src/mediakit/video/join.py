"""Puts films one behind the other: pictures of one size and rate, sound that stays with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import av
import numpy as np

from mediakit.arrays import Samples
from mediakit.captions import Cue, shifted_cues
from mediakit.video.decode import length_s, paced_frames, sound_of
from mediakit.video.encode import AUDIO_RATE
from mediakit.video.planes import Planes, black, placed, planes_of_frame
from mediakit.video.probe import probe_film
from mediakit.video.timing import check_length

_FADE = AUDIO_RATE // 200
"""5 ms: where two sounds meet neither is cut in the middle of a wave, which would click."""


@dataclass(frozen=True)
class Part:
    """One of the films, and how many frames of the joined one it fills."""

    path: Path
    frames: int


@dataclass(frozen=True)
class Join:
    """The joined film: size and rate are the first one's."""

    width: int
    height: int
    fps: int
    parts: tuple[Part, ...]

    @property
    def starts(self) -> list[int]:
        """Where each film begins and the last one ends, in frames."""
        return [0, *accumulate(part.frames for part in self.parts)]

    @property
    def frames(self) -> int:
        """Of all films."""
        return self.starts[-1]


def part_of(path: Path, fps: int) -> Part:
    """A film at that rate; `MediaError` if it cannot be read."""
    probe_film(path)
    return Part(path, max(1, round(length_s(path) * fps)))


def plan_join(first: Path, parts: Sequence[Part], fps: int) -> Join:
    """`MediaError` if they are too long together."""
    facts = probe_film(first)
    check_length(sum(part.frames for part in parts) / fps)
    return Join(facts.width // 2 * 2, facts.height // 2 * 2, fps, tuple(parts))


def joined_pictures(join: Join) -> Iterator[Planes]:
    """All pictures in order; one of another size is scaled to fit, in the middle of black."""
    for part in join.parts:
        for frame in paced_frames(part.path, join.fps, part.frames):
            yield _fitted(frame, join)


def _fitted(frame: av.VideoFrame, join: Join) -> Planes:
    if (frame.width // 2 * 2, frame.height // 2 * 2) == (join.width, join.height):
        return planes_of_frame(frame)
    scale = min(join.width / frame.width, join.height / frame.height)
    width = min(join.width, max(2, round(frame.width * scale / 2) * 2))
    height = min(join.height, max(2, round(frame.height * scale / 2) * 2))
    behind = black((join.height * 3 // 2, join.width))
    return placed(behind, planes_of_frame(frame.reformat(width=width, height=height)))


def joined_sound(join: Join) -> Samples:
    """Each film's sound exactly as long as its pictures: whatever one has too much or too little,
    the next one begins at its own first picture."""
    borders = [frames * AUDIO_RATE // join.fps for frames in join.starts]
    sound = np.zeros(borders[-1], np.float32)
    for part, begin, end in zip(join.parts, borders, borders[1:], strict=False):
        own = _faded(sound_of(part.path, part.frames / join.fps + 1)[: end - begin])
        sound[begin : begin + len(own)] = own
    return sound


def _faded(sound: Samples) -> Samples:
    count = min(_FADE, len(sound) // 2)
    rise = np.arange(1, count + 1, dtype=np.float32) / (count + 1)
    faded = sound.copy()
    faded[:count] *= rise
    faded[len(faded) - count :] *= rise[::-1]
    return faded


def joined_cues(join: Join, captions: Sequence[list[Cue]]) -> list[Cue]:
    """Captions of all films, by time from the start of the joined one; none outlasts its film."""
    cues: list[Cue] = []
    for own, begin, end in zip(captions, join.starts, join.starts[1:], strict=False):
        length = (end - begin) / join.fps
        kept = [Cue(c.start_s, min(c.end_s, length), c.lines) for c in own if c.start_s < length]
        cues += shifted_cues(kept, begin / join.fps)
    return cues
