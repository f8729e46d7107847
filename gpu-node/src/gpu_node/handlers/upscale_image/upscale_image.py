"""Node type `upscale_image`: a picture becomes two or four times as large."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from pydantic import MISSING

from gpu_node.contracts.models import UpscaleImageInputs, UpscaleImageParams
from gpu_node.engines import esrgan
from gpu_node.handlers.choices import known, one_of, within
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.lengthy import STILL_PACE, take_turn
from gpu_node.handlers.media_problems import given
from mediakit.arrays import Picture
from mediakit.picture.take_apart import take_apart
from mediakit.upscale import models
from mediakit.upscale.still_file import StillPicture, read_still, write_still

_MODELS = {"photo": models.PHOTO, "drawing": models.DRAWING}
_FACTORS = (2, 4)
_POINTER = "/inputs/image"


def check(params: UpscaleImageParams, inputs: Mapping[str, Any], context: HandlerContext) -> None:
    """Refuse wishes that cannot be met, and a picture that cannot be read or is too large."""
    del params
    wishes = known(UpscaleImageInputs, inputs)
    _wishes(wishes)
    if "image" in inputs:
        _read(wishes, context)


def run(
    params: UpscaleImageParams, inputs: UpscaleImageInputs, context: HandlerContext
) -> dict[str, Any]:
    """Enlarge upright; transparency and colour profile are kept, the result is a PNG."""
    del params
    factor, model, lanczos = _wishes(inputs)
    picture = _read(inputs, context)
    take_turn(context, picture.colour.shape[0] * picture.colour.shape[1], STILL_PACE)

    def advance(done: int, total: int) -> None:
        context.progress(done, total, "tiles")

    with given(_POINTER), esrgan.load(model, lanczos) as upscaler:
        large = upscaler.enlarge(_filled(picture), context.check_canceled, advance)
    made = StillPicture(_sized(large, picture, factor), _alpha(picture, factor), picture.profile)
    path = context.work_dir / "enlarged.png"
    write_still(path, made)
    meta = {"width": made.colour.shape[1], "height": made.colour.shape[0]}
    return {"image": context.put(path, media_type="image/png", name="enlarged.png", meta=meta)}


def _read(inputs: UpscaleImageInputs, context: HandlerContext) -> StillPicture:
    with given(_POINTER):
        return read_still(context.path(inputs.image))


def _wishes(inputs: UpscaleImageInputs) -> tuple[int, models.Model, float | None]:
    """Factor, network, and the share of plain enlargement if it was said."""
    factor = one_of(inputs.factor, _FACTORS, 2, "/inputs/factor")
    model = _MODELS[one_of(inputs.kind, tuple(_MODELS), "photo", "/inputs/kind")]
    if inputs.plain_share is MISSING:
        return factor, model, None
    return factor, model, within(inputs.plain_share, 0, 1, "/inputs/plain_share")


def _filled(picture: StillPicture) -> Picture:
    """The colours with something likely where nothing can be seen: what is stored there would
    shine through at the rim."""
    if picture.alpha is None:
        return picture.colour
    hidden = (picture.alpha < 128).astype(np.float32)
    return take_apart(picture.colour, hidden).background


def _sized(large: Picture, picture: StillPicture, factor: int) -> Picture:
    """The networks know one factor each; a smaller result is shrunk from theirs."""
    height, width = picture.colour.shape[:2]
    size = (width * factor, height * factor)
    if large.shape[1::-1] == size:
        return large
    return cv2.resize(large, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _alpha(picture: StillPicture, factor: int) -> Any:
    if picture.alpha is None:
        return None
    enlarged = cv2.resize(picture.alpha, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    return enlarged.astype(np.uint8)
