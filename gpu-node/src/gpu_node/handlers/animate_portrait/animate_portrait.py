"""Node type `animate_portrait`: portrait, speech and planned mouth become a film."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import MISSING
from scipy.signal import resample_poly

from gpu_node.contracts.models import AnimatePortraitInputs, AnimatePortraitParams
from gpu_node.errors import BadMedia
from gpu_node.handlers.animate_portrait.background import (
    choose_background,
    make_background,
    read_background,
)
from gpu_node.handlers.animate_portrait.given import Portrait, read_portrait, read_track
from gpu_node.handlers.choices import SIZES, chosen, known, one_of, whole
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.live_preview import LivePreview
from gpu_node.handlers.media_problems import given
from mediakit.alignment.track import level, rated_frames
from mediakit.arrays import Picture, Samples
from mediakit.portrait.backdrop import firm, without_background
from mediakit.sound.wav import read_wav
from mediakit.talking_head import render
from mediakit.talking_head.motion import plan_motion
from mediakit.video.encode import AUDIO_RATE, INTERMEDIATE, MP4, FilmWriter
from mediakit.video.variants import preview_jpeg

_RATES = (25, 30)
_FORMS = {"final": MP4, "intermediate": INTERMEDIATE}


def check(
    params: AnimatePortraitParams, inputs: Mapping[str, Any], context: HandlerContext
) -> None:
    """Refuse wishes that cannot be met, and a background that cannot be read."""
    wishes = known(AnimatePortraitInputs, inputs)
    whole(wishes.size, SIZES, params.size, "/inputs/size")
    one_of(wishes.fps, _RATES, int(params.fps), "/inputs/fps")
    image = None
    if wishes.background_image is not MISSING:
        image = context.path(wishes.background_image)
        read_background(image)
    if "portrait" in inputs and "landmarks" in inputs:
        matte = None if wishes.matte is MISSING else context.path(wishes.matte)
        pictures = (context.path(wishes.portrait), context.path(wishes.landmarks))
        read_portrait(*pictures, matte, whole(wishes.size, SIZES, params.size, "/inputs/size"))
    if "audio" in inputs:
        _sound(context.path(wishes.audio))
    # Its picture may still come.
    if image or wishes.background != "picture":
        choose_background(chosen(wishes.background, None), image)


def run(
    params: AnimatePortraitParams, inputs: AnimatePortraitInputs, context: HandlerContext
) -> dict[str, Any]:
    """Render frame by frame; the film is as long as the speech, rounded up to a frame."""
    image = None if inputs.background_image is MISSING else context.path(inputs.background_image)
    background = choose_background(chosen(inputs.background, None), image)
    size = whole(inputs.size, SIZES, params.size, "/inputs/size")
    fps = one_of(inputs.fps, _RATES, int(params.fps), "/inputs/fps")
    matte = None if inputs.matte is MISSING else context.path(inputs.matte)
    portrait = read_portrait(
        context.path(inputs.portrait), context.path(inputs.landmarks), matte, size
    )
    behind = make_background(background, image, portrait)
    sound = _sound(context.path(inputs.audio))
    frames, loudness = rated_frames(level(sound, AUDIO_RATE), len(sound) / AUDIO_RATE, fps)
    track = read_track(context.path(inputs.visemes), len(sound) / AUDIO_RATE, frames, fps)
    motion = plan_motion(loudness, fps, params.seed)
    context.check_canceled()
    head = _head(portrait, behind, context.check_canceled)
    film = context.work_dir / "film.mp4"
    height, width = portrait.picture.shape[:2]
    shown = LivePreview(context)
    with FilmWriter(
        film, size=(height, width), fps=fps, frames=frames, sound=sound, form=_FORMS[params.quality]
    ) as writer:
        for i in range(frames):
            context.check_canceled()
            opening, spread = track[i]
            pose = render.Pose(opening, spread, *motion.at(i))
            picture = head.frame(pose)
            writer.write(picture)
            context.progress(i + 1, frames, "frames")
            shown.offer(lambda picture=picture: preview_jpeg(picture))
    meta = {"width": width, "height": height, "fps": fps, "duration_s": frames / fps}
    video = context.put(film, media_type="video/mp4", name="talking-head.mp4", meta=meta)
    own = "still" if portrait.matte is not None else "moves"
    shown_behind = {"own": own, "blurred": "blurred", "picture": "picture"}.get(background, "color")
    return {"video": video, "background": shown_behind}


def _head(
    portrait: Portrait, behind: Picture | None, check_canceled: Callable[[], None]
) -> render.TalkingHead:
    """The portrait before its own background or another one."""
    picture, matte = portrait.picture, portrait.matte
    if behind is not None and matte is not None:
        matte = firm(matte)
        picture = without_background(picture, matte)
        check_canceled()
    return render.TalkingHead(
        picture, portrait.landmarks, matte, behind=behind, check_canceled=check_canceled
    )


def _sound(path: Path) -> Samples:
    with given("/inputs/audio"):
        samples, rate = read_wav(path)
    if len(samples) == 0:
        raise BadMedia("invalid-audio", "the sound is empty", pointer="/inputs/audio")
    if rate != AUDIO_RATE:
        common = int(np.gcd(rate, AUDIO_RATE))
        samples = resample_poly(samples, AUDIO_RATE // common, rate // common)
    return samples.astype(np.float32)
