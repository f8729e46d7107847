"""Node type `upscale_video`: a film becomes a larger one, or, by `passthrough`, stays as it is."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from gpu_node.contracts.models import UpscaleVideoInputs, UpscaleVideoParams
from gpu_node.engines import esrgan, passthrough
from gpu_node.errors import BadMedia
from gpu_node.handlers.choices import known, one_of
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.lengthy import FILM_PACE, take_turn
from gpu_node.handlers.live_preview import LivePreview
from gpu_node.handlers.media_problems import given
from mediakit.files.kinds import MP4, kind_of_file
from mediakit.upscale import models
from mediakit.upscale.still_file import MARK
from mediakit.video.probe import probe_film
from mediakit.video.source import SourceFilm, frames_of, open_film, sound_parts
from mediakit.video.timed import FilmForm, TimedFilmWriter
from mediakit.video.variants import preview_jpeg

_POINTER = "/inputs/video"
_ENLARGER = "esrgan"
_FACTORS = (2, 4)
_MIN_SIDE, _MAX_SIDE = 16, 4096
_MAX_WORK = 400_000_000
"""Pixels of all pictures before they are enlarged: less than an hour of two cores."""
_CONTAINER_TAGS = {"major_brand", "minor_version", "compatible_brands", "encoder", "comment"}


def check(params: UpscaleVideoParams, inputs: Mapping[str, Any], context: HandlerContext) -> None:
    """Refuse wishes that cannot be met, and a film that cannot be read or is too large."""
    del params
    wishes = known(UpscaleVideoInputs, inputs)
    enlarges = context.engine == _ENLARGER
    factor = one_of(wishes.factor, _FACTORS, 2, "/inputs/factor") if enlarges else 1
    if "video" not in inputs:
        return
    source = context.path(wishes.video)
    with given(_POINTER):
        if enlarges:
            _check(open_film(source), factor)
        else:
            probe_film(source)


def run(
    params: UpscaleVideoParams, inputs: UpscaleVideoInputs, context: HandlerContext
) -> dict[str, Any]:
    """Enlarge each picture, or hand the film on unchanged after a look that it is one."""
    del params
    source = context.path(inputs.video)
    if context.engine == _ENLARGER:
        factor = one_of(inputs.factor, _FACTORS, 2, "/inputs/factor")
        with given(_POINTER):
            return {"video": _enlarged(source, factor, context)}
    with given(_POINTER):
        facts = probe_film(source)
    # What the sender said of it is what the sender said.
    kind = kind_of_file(source) or MP4
    film = context.work_dir / f"film{kind.suffix}"
    passthrough.load()(source, film)
    context.progress(1, 1, "films")
    meta = {
        "width": facts.width,
        "height": facts.height,
        "fps": facts.fps,
        "duration_s": facts.duration_s,
    }
    name = f"{Path(inputs.video.name).stem[:100]}{kind.suffix}"
    return {"video": context.put(film, media_type=kind.media_type, name=name, meta=meta)}


def _enlarged(source: Path, factor: int, context: HandlerContext) -> dict[str, Any]:
    film = open_film(source)
    _check(film, factor)
    take_turn(context, film.width * film.height * film.frames, FILM_PACE)
    path = context.work_dir / "enlarged.mp4"
    form = _form(film, factor)
    shown = LivePreview(context)
    end, count = 0, 0
    sound = sound_parts(film) if film.channels else iter(())
    upscaler = esrgan.load(models.FILM[factor])
    with upscaler, TimedFilmWriter(path, form, sound) as writer:
        for count, frame in enumerate(frames_of(film), 1):
            if frame.picture.shape[:2] != (film.height, film.width):
                raise BadMedia("invalid-video", "the film's size changes", pointer=_POINTER)
            if count * film.width * film.height > 2 * _MAX_WORK:
                raise _too_much("it has more pictures than it says")
            picture = upscaler.enlarge(frame.picture, context.check_canceled)
            writer.write(picture, frame.start, frame.duration)
            end = frame.start + frame.duration
            context.progress(count, max(count, film.frames), "frames")
            shown.offer(lambda picture=picture: preview_jpeg(picture))
    context.progress(count, count, "frames")
    context.log("info", "film enlarged", frames=count, tiles_taken_over=upscaler.reused)
    meta = {
        "width": form.width,
        "height": form.height,
        "fps": float(film.fps),
        "duration_s": float(end * film.time_base),
    }
    return context.put(path, media_type="video/mp4", name="enlarged.mp4", meta=meta)


def _check(film: SourceFilm, factor: int) -> None:
    shape = f"{film.width} x {film.height} pixels"
    if min(film.width, film.height) < _MIN_SIDE:
        detail = f"the film has {shape}; each side needs at least {_MIN_SIDE}"
        raise BadMedia("invalid-video", detail, pointer=_POINTER)
    if max(film.width, film.height) * factor > _MAX_SIDE:
        raise _too_much(f"its {shape} would become more than {_MAX_SIDE} on a side")
    if film.frames * film.width * film.height > _MAX_WORK:
        most = _MAX_WORK / (film.width * film.height) / film.fps
        raise _too_much(f"of this size at most {float(most):.0f} s can be enlarged")


def _too_much(why: str) -> BadMedia:
    return BadMedia("invalid-video", f"the film is too large: {why}", pointer=_POINTER)


def _form(film: SourceFilm, factor: int) -> FilmForm:
    tags = {name: text for name, text in film.tags.items() if name not in _CONTAINER_TAGS}
    comment = f"{film.tags.get('comment', '')} {MARK}".strip()
    return FilmForm(
        height=film.height * factor,
        width=film.width * factor,
        fps=film.fps,
        time_base=Fraction(film.time_base),
        tags={**tags, "comment": comment},
        channels=film.channels,
        pixel_aspect=film.pixel_aspect,
        transfer=film.transfer,
        primaries=film.primaries,
    )
