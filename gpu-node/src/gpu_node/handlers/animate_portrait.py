"""Node type `animate_portrait`: portrait, speech and planned mouth become a film."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydantic import MISSING
from scipy.signal import resample_poly

from gpu_node.contracts.models import AnimatePortraitInputs, AnimatePortraitParams
from gpu_node.engines.alignment.track import level, rated_frames
from gpu_node.engines.arrays import Picture
from gpu_node.engines.engine import Engine
from gpu_node.engines.speech.speech import Samples
from gpu_node.engines.speech.wav import read_wav
from gpu_node.engines.talking_head import render
from gpu_node.engines.talking_head.motion import plan_motion
from gpu_node.engines.video.encode import AUDIO_RATE, FilmWriter
from gpu_node.errors import BadMedia
from gpu_node.handlers.animate_inputs import read_portrait, read_track
from gpu_node.handlers.context import HandlerContext

_PREVIEW_SIDE = 192
_PREVIEW_EVERY_S = 2


def engines() -> list[Engine]:
    """Engines that may be here, in the order of the schema."""
    return [render.describe()]


def run(
    params: AnimatePortraitParams, inputs: AnimatePortraitInputs, context: HandlerContext
) -> dict[str, Any]:
    """Render frame by frame; the film is as long as the speech, rounded up to a frame."""
    matte = None if inputs.matte is MISSING else context.path(inputs.matte)
    portrait = read_portrait(
        context.path(inputs.portrait), context.path(inputs.landmarks), matte, params.size
    )
    fps = int(params.fps)
    sound = _sound(context.path(inputs.audio))
    frames, loudness = rated_frames(level(sound, AUDIO_RATE), len(sound) / AUDIO_RATE, fps)
    track = read_track(context.path(inputs.visemes), len(sound) / AUDIO_RATE, frames, fps)
    motion = plan_motion(loudness, fps, params.seed)
    context.check_canceled()
    head = render.TalkingHead(
        portrait.picture, portrait.landmarks, portrait.matte, context.check_canceled
    )
    film = context.work_dir / "film.mp4"
    height, width = portrait.picture.shape[:2]
    size = (height, width)
    with FilmWriter(film, size=size, fps=fps, frames=frames, sound=sound) as writer:
        for i in range(frames):
            context.check_canceled()
            opening, spread = track[i]
            pose = render.Pose(opening, spread, *motion.at(i))
            picture = head.frame(pose)
            writer.write(picture)
            context.progress(i + 1, frames, "frames")
            if i % (fps * _PREVIEW_EVERY_S) == 0:
                context.preview(_jpeg(picture), "image/jpeg")
    meta = {"width": width, "height": height, "fps": fps, "duration_s": frames / fps}
    video = context.put(film, media_type="video/mp4", name="talking-head.mp4", meta=meta)
    return {"video": video, "background": "still" if portrait.matte is not None else "moves"}


def _sound(path: Path) -> Samples:
    samples, rate = read_wav(path, "/inputs/audio")
    if len(samples) == 0:
        raise BadMedia("invalid-audio", "the sound is empty", pointer="/inputs/audio")
    if rate != AUDIO_RATE:
        common = int(np.gcd(rate, AUDIO_RATE))
        samples = resample_poly(samples, AUDIO_RATE // common, rate // common)
    return samples.astype(np.float32)


def _jpeg(picture: Picture) -> bytes:
    scale = _PREVIEW_SIDE / min(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
