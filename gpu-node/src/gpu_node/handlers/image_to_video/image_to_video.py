"""Node type `image_to_video`: a photo becomes a film by a camera that moves in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from pydantic import MISSING

from gpu_node.contracts.models import ImageToVideoInputs, ImageToVideoParams
from gpu_node.engines import face_mesh, selfie_segmentation
from gpu_node.errors import PermanentError
from gpu_node.handlers.choices import known, one_of, within
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.live_preview import LivePreview
from gpu_node.handlers.media_problems import given
from mediakit.arrays import Floats, Picture
from mediakit.camera import moves, scene
from mediakit.picture.photo import read_photo
from mediakit.portrait import topology
from mediakit.video.timed import FilmForm, TimedFilmWriter
from mediakit.video.variants import preview_jpeg

MARK = "Generated film: a camera move that software made of a photo."
_RATES = (24, 25, 30, 50, 60)
_CUT_OUT_BY = "selfie_segmentation"
_SURE = 0.5
"""How sure the mesh must be of a face before the person around it is cut out: the matte's network
was made for people and finds some in a landscape too."""


@dataclass(frozen=True)
class _Wish:
    move: str
    strength: float
    frames: int
    fps: int
    side: int
    aspect: str


def check(params: ImageToVideoParams, inputs: Mapping[str, Any], context: HandlerContext) -> None:
    """Refuse wishes that cannot be met, and a photo that cannot be read."""
    del params
    wishes = known(ImageToVideoInputs, inputs)
    _wish(wishes)
    if "image" in inputs:
        _photo(wishes, context)


def run(
    params: ImageToVideoParams, inputs: ImageToVideoInputs, context: HandlerContext
) -> dict[str, Any]:
    """Render frame by frame, without sound."""
    del params
    wish = _wish(inputs)
    photo = _photo(inputs, context)
    size = scene.film_size(photo, wish.side, wish.aspect)
    zoom = moves.widest_zoom(wish.move, wish.strength)
    face = _face(photo, context)
    picture, focus = scene.framed(photo, face or scene.Place(), size, zoom)
    matte = _matte(picture, context) if face else None
    context.check_canceled()
    # Swings are planned about the middle: off it one edge would have less room than the other.
    about = focus if wish.move in ("push_in", "pull_out") else scene.Place()
    camera = scene.Scene(picture, matte, about, size)
    path = context.work_dir / "film.mp4"
    form = FilmForm(
        height=size[0],
        width=size[1],
        fps=Fraction(wish.fps),
        time_base=Fraction(1, wish.fps),
        tags={"comment": MARK, "title": "Camera move"},
    )
    shown = LivePreview(context)
    with TimedFilmWriter(path, form, iter(())) as writer:
        for i in range(wish.frames):
            context.check_canceled()
            share = i / max(1, wish.frames - 1)
            seen = camera.frame(*moves.views(wish.move, wish.strength, share))
            writer.write(seen, i, 1)
            context.progress(i + 1, wish.frames, "frames")
            shown.offer(lambda seen=seen: preview_jpeg(seen))
    meta = {
        "width": size[1],
        "height": size[0],
        "fps": wish.fps,
        "duration_s": wish.frames / wish.fps,
    }
    video = context.put(path, media_type="video/mp4", name="camera-move.mp4", meta=meta)
    return {"video": video, "depth_by": "none" if matte is None else _CUT_OUT_BY}


def _photo(inputs: ImageToVideoInputs, context: HandlerContext) -> Picture:
    with given("/inputs/image"):
        return read_photo(context.path(inputs.image), context.check_canceled)


def _wish(inputs: ImageToVideoInputs) -> _Wish:
    def number(name: str, default: float, low: float, high: float) -> float:
        given = getattr(inputs, name)
        return default if given is MISSING else within(given, low, high, f"/inputs/{name}")

    fps = one_of(inputs.fps, _RATES, 25, "/inputs/fps")
    side = number("size", 720, 128, 1080)
    if side % 2:
        detail = f"{side:g} is no even number of pixels"
        raise PermanentError("invalid-input", detail, pointer="/inputs/size")
    return _Wish(
        move=one_of(inputs.move, moves.NAMES, "push_in", "/inputs/move"),
        strength=number("strength", 1, 0.25, 2),
        frames=max(2, round(number("duration_s", 5, 1, 30) * fps)),
        fps=fps,
        side=int(side),
        aspect=one_of(inputs.aspect, scene.ASPECTS, "own", "/inputs/aspect"),
    )


def _face(photo: Picture, context: HandlerContext) -> scene.Place | None:
    """Where the largest face is; None if there is none, or nothing here that could find it."""
    engine = face_mesh.describe(context.models_dir)
    if not engine.available:
        context.log("warning", "the picture will move as one", reason=engine.reason)
        return None
    with given("/inputs/image"):
        found = face_mesh.load(context.models_dir).find(photo)
    faces = [face for face in found if face.score > _SURE]
    if not faces:
        context.log("info", "no face: the picture moves as one")
        return None
    middle = faces[0].points[topology.OVAL, :2].mean(axis=0) / photo.shape[1::-1]
    x, y = np.clip(middle, 0.25, 0.75).tolist()
    return scene.Place(x, y)


def _matte(picture: Picture, context: HandlerContext) -> Floats | None:
    engine = selfie_segmentation.describe(context.models_dir)
    if engine.available:
        with given("/inputs/image"):
            return selfie_segmentation.load(context.models_dir).find(picture)
    context.log("warning", "the picture will move as one", reason=engine.reason)
    return None
