"""Node type `finish_video`: a film gets captions, cards and other forms of itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import MISSING

from gpu_node.contracts.models import FinishVideoInputs, FinishVideoParams
from gpu_node.engines.arrays import Picture
from gpu_node.engines.engine import Engine
from gpu_node.engines.speech.captions import Cue, from_webvtt, shifted_cues, to_webvtt
from gpu_node.engines.speech.speech import Samples
from gpu_node.engines.video.decode import pictures_of, sound_of
from gpu_node.engines.video.encode import AUDIO_RATE, FilmWriter
from gpu_node.engines.video.lettering import card, with_caption, wrapped
from gpu_node.engines.video.probe import FilmFacts, probe_film
from gpu_node.engines.video.variants import GIF_FPS, WebmWriter, write_gif, write_poster
from gpu_node.errors import BadMedia
from gpu_node.handlers.context import HandlerContext

_POINTER = "/inputs/video"
_GIF_S = 3.0
_GIF_SIDE = 240
_TITLE_CHARACTERS, _TITLE_LINES = 20, 4
_POSTER_AT = 0.25
"""Share of the film before its poster: the face is at rest neither at its start nor at its end."""


@dataclass(frozen=True)
class _Plan:
    """The film as it will be, in frames."""

    facts: FilmFacts
    fps: int
    frames: int
    before: int
    after: int
    cues: list[Cue]
    """From the start of the old film."""


def engines() -> list[Engine]:
    """Engines that may be here, in the order of the schema."""
    return [Engine(name="pyav", available=True, license="LGPL-2.1 with GPL encoders")]


def run(
    params: FinishVideoParams, inputs: FinishVideoInputs, context: HandlerContext
) -> dict[str, Any]:
    """Render the film anew, with a poster, a preview and, on request, as WebM."""
    source = context.path(inputs.video)
    plan = _plan(params, inputs, context, probe_film(source, _POINTER))
    title = "" if inputs.title is MISSING else inputs.title
    sound = _sound(source, plan)
    size = (plan.facts.height, plan.facts.width)
    film, webm = context.work_dir / "finished.mp4", context.work_dir / "finished.webm"
    other = WebmWriter(webm, width=size[1], height=size[0], fps=plan.fps) if params.webm else None
    total = plan.before + plan.frames + plan.after
    preview: list[Picture] = []
    poster: Picture | None = None
    with FilmWriter(film, size=size, fps=plan.fps, frames=total, sound=sound) as writer:
        for i, picture in enumerate(_pictures(source, plan, params, title)):
            context.check_canceled()
            writer.write(picture)
            if other:
                other.write(picture)
            if i == plan.before + int(plan.frames * _POSTER_AT):
                poster = picture
            if _is_in_preview(i - plan.before, plan.fps):
                preview.append(picture)
            context.progress(i + 1, total, "frames")
    if other:
        other.close(sound)
    meta = {"width": size[1], "height": size[0], "fps": plan.fps, "duration_s": total / plan.fps}
    outputs = {"video": context.put(film, media_type="video/mp4", name="film.mp4", meta=meta)}
    if other:
        outputs["webm"] = context.put(webm, media_type="video/webm", name="film.webm", meta=meta)
    if poster is None:
        raise BadMedia("invalid-video", "the film has no pictures", pointer=_POINTER)
    return {**outputs, **_stills(poster, preview, context), **_captions(plan, context)}


def _is_in_preview(frame: int, fps: int) -> bool:
    """Whether a frame of the old film is among those that the GIF shows at its own speed."""
    starts_anew = frame * GIF_FPS // fps != (frame - 1) * GIF_FPS // fps
    return 0 <= frame < _GIF_S * fps and starts_anew


def _plan(
    params: FinishVideoParams, inputs: FinishVideoInputs, context: HandlerContext, facts: FilmFacts
) -> _Plan:
    fps = max(1, round(facts.fps))
    frames = sum(1 for _ in pictures_of(context.path(inputs.video), _POINTER))
    cues: list[Cue] = []
    if inputs.captions is not MISSING:
        try:
            cues = from_webvtt(context.path(inputs.captions).read_text(encoding="utf-8"))
        except ValueError as cause:
            detail = f"the captions are no WebVTT: {cause}"
            raise BadMedia("invalid-input", detail, pointer="/inputs/captions") from cause
    has_title = inputs.title is not MISSING and inputs.title.strip() != ""
    before = round(params.title_s * fps) if has_title else 0
    after = round(params.end_s * fps) if params.end_text.strip() else 0
    return _Plan(facts, fps, frames, before, after, cues)


def _pictures(
    source: Path, plan: _Plan, params: FinishVideoParams, title: str
) -> Iterator[Picture]:
    last: Picture | None = None
    for i, picture in enumerate(pictures_of(source, _POINTER)):
        if i == 0 and plan.before:
            yield from [
                card(picture, wrapped(title, _TITLE_CHARACTERS, _TITLE_LINES))
            ] * plan.before
        last = picture
        time_s = (i + 0.5) / plan.fps
        cue = next((cue for cue in plan.cues if cue.start_s <= time_s < cue.end_s), None)
        yield with_caption(picture, cue.lines) if cue and params.burn_captions else picture
    if last is not None and plan.after:
        yield from [
            card(last, wrapped(params.end_text, _TITLE_CHARACTERS, _TITLE_LINES))
        ] * plan.after


def _sound(source: Path, plan: _Plan) -> Samples:
    """The film's own sound with silence for the cards, cut or padded to the pictures' length."""
    per_frame = AUDIO_RATE / plan.fps
    own = sound_of(source, _POINTER)[: int(plan.frames * per_frame)]
    before = np.zeros(int(plan.before * per_frame), np.float32)
    total = int((plan.before + plan.frames + plan.after) * per_frame)
    sound = np.concatenate([before, own])
    return np.pad(sound, (0, total - len(sound)))


def _stills(poster: Picture, preview: list[Picture], context: HandlerContext) -> dict[str, Any]:
    picture, animation = context.work_dir / "poster.jpg", context.work_dir / "preview.gif"
    write_poster(picture, poster)
    write_gif(animation, preview or [poster], _GIF_SIDE)
    height, width = poster.shape[:2]
    return {
        "poster": context.put(
            picture,
            media_type="image/jpeg",
            name="poster.jpg",
            meta={"width": width, "height": height},
        ),
        "preview": context.put(animation, media_type="image/gif", name="preview.gif", meta={}),
    }


def _captions(plan: _Plan, context: HandlerContext) -> dict[str, Any]:
    """The captions again, later by the title card."""
    if not plan.cues:
        return {}
    path = context.work_dir / "captions.vtt"
    path.write_text(to_webvtt(shifted_cues(plan.cues, plan.before / plan.fps)), encoding="utf-8")
    return {"captions": context.put(path, media_type="text/vtt", name="captions.vtt", meta={})}
