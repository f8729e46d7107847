"""Node type `join_films`: films become one, in order, with one soundtrack."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import MISSING

from gpu_node.contracts.models import JoinFilmsInputs, JoinFilmsParams
from gpu_node.errors import BadMedia
from gpu_node.handlers.choices import known
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.live_preview import LivePreview
from gpu_node.handlers.media_problems import given
from mediakit.captions import Cue, from_webvtt, to_webvtt
from mediakit.video.encode import INTERMEDIATE, MP4, FilmWriter
from mediakit.video.join import (
    Join,
    Part,
    joined_cues,
    joined_pictures,
    joined_sound,
    part_of,
    plan_join,
)
from mediakit.video.planes import to_picture
from mediakit.video.probe import probe_film
from mediakit.video.variants import preview_jpeg

_VIDEOS, _CAPTIONS = "/inputs/videos", "/inputs/captions"
_FORMS = {"final": MP4, "intermediate": INTERMEDIATE}


def check(params: JoinFilmsParams, inputs: Mapping[str, Any], context: HandlerContext) -> None:
    """Refuse films and captions that cannot be read, and as many captions as there are no films."""
    del params
    wishes = known(JoinFilmsInputs, inputs)
    if "videos" in inputs:
        _plan(wishes, context)
    _captions(wishes, context)


def run(
    params: JoinFilmsParams, inputs: JoinFilmsInputs, context: HandlerContext
) -> dict[str, Any]:
    """Render all pictures anew, in the size and at the rate of the first film."""
    join = _plan(inputs, context)
    captions = _captions(inputs, context)
    path = context.work_dir / "joined.mp4"
    with given(_VIDEOS):
        _render(join, path, params, context)
    meta = {
        "width": join.width,
        "height": join.height,
        "fps": join.fps,
        "duration_s": join.frames / join.fps,
    }
    outputs: dict[str, Any] = {
        "video": context.put(path, media_type="video/mp4", name="joined.mp4", meta=meta),
        "starts": [start / join.fps for start in join.starts[:-1]],
    }
    if captions is not None:
        outputs["captions"] = _put(joined_cues(join, captions), context)
    return outputs


def _plan(inputs: JoinFilmsInputs, context: HandlerContext) -> Join:
    paths = [context.path(video) for video in inputs.videos]
    if not paths:
        raise BadMedia("invalid-input", "there are no films to join", pointer=_VIDEOS)
    with given(f"{_VIDEOS}/0"):
        fps = probe_film(paths[0]).whole_fps
    parts = [_part(path, fps, number) for number, path in enumerate(paths)]
    with given(_VIDEOS):
        return plan_join(paths[0], parts, fps)


def _part(path: Path, fps: int, number: int) -> Part:
    with given(f"{_VIDEOS}/{number}"):
        return part_of(path, fps)


def _render(join: Join, path: Path, params: JoinFilmsParams, context: HandlerContext) -> None:
    shown = LivePreview(context)
    with FilmWriter(
        path, size=(join.height, join.width), fps=join.fps, frames=join.frames,
        sound=joined_sound(join), form=_FORMS[params.quality], title="Joined film",
    ) as writer:  # fmt: skip
        for number, planes in enumerate(joined_pictures(join), 1):
            context.check_canceled()
            writer.write_planes(planes)
            context.progress(number, join.frames, "frames")
            shown.offer(lambda planes=planes: preview_jpeg(to_picture(planes)))


def _captions(inputs: JoinFilmsInputs, context: HandlerContext) -> list[list[Cue]] | None:
    """Of each film; None where nobody has given any. The films may not be known yet."""
    captions, films = inputs.captions, inputs.videos
    if captions is MISSING:
        return None
    if films is not MISSING and len(films) != len(captions):
        detail = f"there are {len(captions)} captions for {len(films)} films"
        raise BadMedia("invalid-input", detail, pointer=_CAPTIONS)
    return [_cues(context.path(ref), number) for number, ref in enumerate(captions)]


def _cues(path: Path, number: int) -> list[Cue]:
    try:
        return from_webvtt(path.read_text(encoding="utf-8"))
    except ValueError as cause:
        detail = f"the captions are no WebVTT: {cause}"
        raise BadMedia("invalid-input", detail, pointer=f"{_CAPTIONS}/{number}") from cause


def _put(cues: list[Cue], context: HandlerContext) -> dict[str, Any]:
    path = context.work_dir / "captions.vtt"
    path.write_text(to_webvtt(cues), encoding="utf-8")
    return context.put(path, media_type="text/vtt", name="captions.vtt", meta={})
