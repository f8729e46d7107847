"""Node type `animate_portrait`: portrait, speech and planned mouth become a film."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.signal import resample_poly

from gpu_node.contracts.models import AnimatePortraitInputs, AnimatePortraitParams
from gpu_node.engines.alignment.track import FPS, at_frames, frame_count, level
from gpu_node.engines.arrays import Floats, Picture
from gpu_node.engines.engine import Engine
from gpu_node.engines.portrait import topology
from gpu_node.engines.speech.speech import Samples
from gpu_node.engines.speech.wav import read_wav
from gpu_node.engines.talking_head import render
from gpu_node.engines.talking_head.motion import plan_motion
from gpu_node.engines.video.encode import AUDIO_RATE, FilmWriter
from gpu_node.errors import BadMedia
from gpu_node.handlers.context import HandlerContext

_PREVIEW_SIDE = 192
_PREVIEW_EVERY = FPS * 2


def engines() -> list[Engine]:
    """Engines that may be here, in the order of the schema."""
    return [render.describe()]


def run(
    params: AnimatePortraitParams, inputs: AnimatePortraitInputs, context: HandlerContext
) -> dict[str, Any]:
    """Render 25 frames per second; the film is as long as the speech, rounded up to a frame."""
    portrait, landmarks = _portrait(inputs, context, params.size)
    sound = _sound(context.path(inputs.audio))
    frames = frame_count(len(sound) / AUDIO_RATE)
    track = _track(context.path(inputs.visemes), frames)
    motion = plan_motion(at_frames(level(sound, AUDIO_RATE), frames), FPS, params.seed)
    head = render.TalkingHead(portrait, landmarks)
    film = context.work_dir / "film.mp4"
    with FilmWriter(
        film, size=(params.size, params.size), fps=FPS, frames=frames, sound=sound
    ) as writer:
        for i in range(frames):
            context.check_canceled()
            opening, width = track[i]
            pose = render.Pose(opening, width, motion.blink[i], motion.brow[i], motion.head[i])
            picture = head.frame(pose)
            writer.write(picture)
            context.progress(i + 1, frames, "frames")
            if i % _PREVIEW_EVERY == 0:
                context.preview(_jpeg(picture), "image/jpeg")
    meta = {"width": params.size, "height": params.size, "fps": FPS, "duration_s": frames / FPS}
    video = context.put(film, media_type="video/mp4", name="talking-head.mp4", meta=meta)
    return {"video": video}


def _portrait(
    inputs: AnimatePortraitInputs, context: HandlerContext, side: int
) -> tuple[Picture, Floats]:
    """The portrait at the film's size, and its landmarks there."""
    picture = cv2.imread(str(context.path(inputs.portrait)), cv2.IMREAD_COLOR)
    if picture is None or picture.shape[0] != picture.shape[1]:
        detail = "the portrait is no square picture"
        raise BadMedia("invalid-image", detail, pointer="/inputs/portrait")
    try:
        marks = json.loads(context.path(inputs.landmarks).read_bytes())
        points = np.array(marks["points"], float)
        stated = (marks["height"], marks["width"])
    except (ValueError, TypeError, KeyError) as cause:
        raise _foreign("the landmarks cannot be read", "/inputs/landmarks") from cause
    if points.shape != (topology.COUNT, 3) or stated != picture.shape[:2]:
        raise _foreign("the landmarks are not those of this portrait", "/inputs/landmarks")
    if picture.shape[0] != side:
        points *= side / picture.shape[0]
        shrinks = picture.shape[0] > side
        method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        picture = cv2.resize(picture, (side, side), interpolation=method)
    return picture.astype(np.uint8), points


def _sound(path: Path) -> Samples:
    samples, rate = read_wav(path, "/inputs/audio")
    if len(samples) == 0:
        raise BadMedia("invalid-audio", "the sound is empty", pointer="/inputs/audio")
    if rate != AUDIO_RATE:
        common = int(np.gcd(rate, AUDIO_RATE))
        samples = resample_poly(samples, AUDIO_RATE // common, rate // common)
    return samples.astype(np.float32)


def _track(path: Path, frames: int) -> Floats:
    """(frames, 2): open and width."""
    try:
        track = json.loads(path.read_bytes())
        values = np.array([(f["open"], f["width"]) for f in track["frames"]], float)
        fps = track["fps"]
    except (ValueError, TypeError, KeyError) as cause:
        raise _foreign("the viseme track cannot be read", "/inputs/visemes") from cause
    if fps != FPS or abs(len(values) - frames) > 1:
        raise _foreign("the viseme track is not that of this speech", "/inputs/visemes")
    return np.clip(values, (0, 0.5), (1, 1.3))[np.minimum(np.arange(frames), len(values) - 1)]


def _foreign(detail: str, pointer: str) -> BadMedia:
    return BadMedia("invalid-input", detail, pointer=pointer)


def _jpeg(picture: Picture) -> bytes:
    small = cv2.resize(picture, (_PREVIEW_SIDE, _PREVIEW_SIDE), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
