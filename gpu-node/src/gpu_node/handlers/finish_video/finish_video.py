"""Node type `finish_video`: a film gets captions, cards, music, the mark and other forms."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pydantic import MISSING

from gpu_node.contracts.models import FinishVideoInputs, FinishVideoParams
from gpu_node.errors import BadMedia
from gpu_node.handlers.choices import known
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.finish_video.plan import VIDEO, Plan, judge, planned_sound, read_plan
from gpu_node.handlers.live_preview import LivePreview
from gpu_node.handlers.media_problems import given
from mediakit.arrays import Picture
from mediakit.captions import shifted_cues, to_webvtt
from mediakit.video.decode import paced_planes
from mediakit.video.encode import MP4, WEBM, FilmWriter, Form
from mediakit.video.finish import Finish
from mediakit.video.planes import to_picture
from mediakit.video.stills import Stills
from mediakit.video.variants import preview_jpeg, write_gif, write_poster

_FILES = {"video": ("video/mp4", "film.mp4"), "webm": ("video/webm", "film.webm")}
_FORMS: dict[str, Form] = {"video": MP4, "webm": WEBM}
_GIF_SIDE = 240
_UNTITLED = "Talking avatar"


def check(params: FinishVideoParams, inputs: Mapping[str, Any], context: HandlerContext) -> None:
    """Refuse words that no font here can write, and music that nobody knows."""
    wishes = known(FinishVideoInputs, inputs)
    captions = None if wishes.captions is MISSING else context.path(wishes.captions)
    if "video" in inputs:
        with given(VIDEO):
            read_plan(
                params,
                wishes,
                context.path(wishes.video),
                captions=captions,
                models=context.models_dir,
            )
    else:
        with given(VIDEO):
            judge(params, wishes, captions, context.models_dir)


def run(
    params: FinishVideoParams, inputs: FinishVideoInputs, context: HandlerContext
) -> dict[str, Any]:
    """Render the film anew, with a poster, a preview and, on request, as WebM."""
    source = context.path(inputs.video)
    captions = None if inputs.captions is MISSING else context.path(inputs.captions)
    with given(VIDEO):
        plan = read_plan(params, inputs, source, captions=captions, models=context.models_dir)
        stills = _render(source, plan, context)
    if stills.poster is None:
        raise BadMedia("invalid-video", "the film has no pictures", pointer=VIDEO)
    meta = {
        "width": plan.layout.width,
        "height": plan.layout.height,
        "fps": plan.fps,
        "duration_s": plan.total / plan.fps,
    }
    outputs: dict[str, Any] = {
        name: context.put(_path(name, context), media_type=kind, name=file, meta=meta)
        for name, (kind, file) in _FILES.items()
        if name == "video" or plan.webm
    }
    outputs |= _stills(stills.poster, stills.preview, context)
    if captions:
        outputs["captions"] = _captions(plan, context)
    return {**outputs, "marked": _is_marked(context)}


def _render(source: Path, plan: Plan, context: HandlerContext) -> Stills:
    """Write the films; answers what was picked out of them."""
    finish = Finish(
        plan.layout, context.models_dir, plan.fps, plan.title, plan.before, plan.end_text,
        plan.after, plan.cues if plan.burns else [], _is_marked(context),
    )  # fmt: skip
    sound = planned_sound(source, plan)
    stills, shown = Stills(plan.fps, plan.frames), LivePreview(context)
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                FilmWriter(
                    _path(name, context), size=(plan.layout.height, plan.layout.width),
                    fps=plan.fps, frames=plan.total, sound=sound, form=form,
                    title=plan.title or _UNTITLED,
                )
            )
            for name, form in _FORMS.items()
            if name == "video" or plan.webm
        ]  # fmt: skip
        film = paced_planes(source, plan.fps, plan.frames)
        for number, (planes, bare) in enumerate(finish.pictures(film)):
            context.check_canceled()
            for writer in writers:
                writer.write_planes(planes)
            if 0 <= number - plan.before < plan.frames:
                stills.look(number - plan.before, planes, bare)
            context.progress(number + 1, plan.total, "frames")
            shown.offer(lambda planes=planes: preview_jpeg(to_picture(planes)))
    return stills


def _is_marked(context: HandlerContext) -> bool:
    """Whether the pictures say that they are generated; without a word of the owner they do."""
    return bool(context.settings.get("visible_mark", True))


def _path(name: str, context: HandlerContext) -> Path:
    return context.work_dir / f"finished-{_FILES[name][1]}"


def _stills(poster: Picture, preview: list[Picture], context: HandlerContext) -> dict[str, Any]:
    picture, animation = context.work_dir / "poster.jpg", context.work_dir / "preview.gif"
    write_poster(picture, poster)
    write_gif(animation, preview or [poster], _GIF_SIDE)
    height, width = poster.shape[:2]
    size = {"width": width, "height": height}
    return {
        "poster": context.put(picture, media_type="image/jpeg", name="poster.jpg", meta=size),
        "preview": context.put(animation, media_type="image/gif", name="preview.gif", meta={}),
    }


def _captions(plan: Plan, context: HandlerContext) -> dict[str, Any]:
    """The captions again, later by the title card."""
    path = context.work_dir / "captions.vtt"
    path.write_text(to_webvtt(shifted_cues(plan.cues, plan.before / plan.fps)), encoding="utf-8")
    # Whoever plays the film would show them twice.
    meta = {"in_picture": plan.burns}
    return context.put(path, media_type="text/vtt", name="captions.vtt", meta=meta)
