"""Runs finish_video, alone or behind the chain before it, and decodes what it made."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from media.film import align, animate, decoded_pictures, decoded_sound, finish, prepare, speak
from media.workshop import Workshop
from numpy.typing import NDArray

from mediakit.arrays import Samples

SHORT = "Yes, we may."


@dataclass
class Finished:
    """What a player would see and hear."""

    outputs: dict[str, Any]
    path: Path
    pictures: list[NDArray[np.uint8]]
    sound: Samples


def decoded(workshop: Workshop, outputs: dict[str, Any]) -> Finished:
    """The film among outputs."""
    path = workshop.path(outputs["video"])
    return Finished(outputs, path, decoded_pictures(path), decoded_sound(path))


def make_finished(
    workshop: Workshop, shape: dict[str, Any], fps: int = 25, text: str = SHORT, **wishes: Any
) -> Finished:
    """The whole chain of talking-avatar; shape: inputs of prepare_portrait."""
    speech = speak(workshop, text)
    track = align(workshop, audio=speech["audio"], phones=speech["phones"])["track"]
    portrait = prepare(workshop, **shape)
    given = {
        "portrait": portrait["image"], "landmarks": portrait["landmarks"],
        "matte": portrait["matte"], "audio": speech["audio"], "visemes": track,
        "size": shape.get("size", 512), "fps": fps,
    }  # fmt: skip
    video = animate(workshop, given, quality="intermediate")["video"]
    inputs = {"video": video, "captions": speech["captions"], **wishes}
    return decoded(workshop, finish(workshop, inputs))


def lengths_s(path: Path) -> tuple[float, float]:
    """Of pictures and sound, by what the streams say and by what comes out of them."""
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.start_time in (0, None) and audio.start_time in (0, None)
        pictures = sum(1 for _ in container.decode(video=0)) / float(video.average_rate or 1)
    with av.open(str(path)) as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
        return pictures, samples / audio.rate
