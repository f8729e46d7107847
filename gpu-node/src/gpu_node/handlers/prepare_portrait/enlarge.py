"""Makes a small face large before it is cut out: once per photo, not per picture of the film."""

import hashlib
from pathlib import Path

import numpy as np

from gpu_node.engines import esrgan
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.lengthy import STILL_PACE, take_turn
from mediakit.arrays import Picture
from mediakit.portrait.crop import Cut, take
from mediakit.upscale import models
from mediakit.upscale.picture_cache import PictureCache

_MODEL = models.PHOTO
_BY = "esrgan"
_FROM_SCALE = 1.3
"""Below, a plain enlargement looks the same."""
_MAX_PIXELS = 400_000
"""Of the part to be enlarged: some two minutes of one core. What is larger needs it least."""
_FOLDER = "portraits"
_RECIPE = "1"
"""To be changed when the same network is used in another way."""


def taken_sharply(
    photo: Picture, cut: Cut, source: Path, context: HandlerContext
) -> tuple[Picture, str]:
    """The part of the photo, and by what it was enlarged: `esrgan`, `lanczos` or `none`.

    source: the photo's file, whose bytes and owner name the result in the cache.
    """
    if cut.scale <= _FROM_SCALE:
        return take(photo, cut), "none"
    low, high = _inside(photo, cut)
    engine = esrgan.describe()
    if not engine.available or int(np.prod(high - low)) > _MAX_PIXELS:
        reason = engine.reason or "the part is too large"
        context.log("warning", "the small face is enlarged without new detail", reason=reason)
        return take(photo, cut), "lanczos"
    part = photo[low[1] : high[1], low[0] : high[0]]
    large = _enlarged(part, _key(context.owner, source, low, high), context)
    # Places are counted between pixels' middles, which lie closer together now.
    corner = (cut.corner - low) * _MODEL.factor + (_MODEL.factor - 1) / 2
    return take(large, Cut(corner, cut.scale / _MODEL.factor, cut.size)), _BY


def _enlarged(part: Picture, key: str, context: HandlerContext) -> Picture:
    cache = None if context.cache_dir is None else PictureCache(context.cache_dir / _FOLDER)
    kept = None if cache is None else cache.get(key)
    if kept is not None and kept.shape[0] == part.shape[0] * _MODEL.factor:
        context.log("info", "the small face was enlarged before", by=_BY)
        return kept

    def advance(done: int, total: int) -> None:
        context.progress(2 + done / total, 4, "steps")

    take_turn(context, part.shape[0] * part.shape[1], STILL_PACE)
    context.log("info", "the small face is enlarged", by=_BY)
    with esrgan.load(_MODEL) as upscaler:
        large = upscaler.enlarge(part, context.check_canceled, advance)
    if cache is not None:
        cache.put(key, large)
    return large


def _inside(photo: Picture, cut: Cut) -> tuple[np.ndarray, np.ndarray]:
    """Corners (x, y) of what the photo has of the part, with room for soft edges."""
    shape = np.array(photo.shape[1::-1])
    far = cut.corner + np.array(cut.size[::-1]) / cut.scale
    low = np.clip(np.floor(cut.corner) - 2, 0, shape).astype(int)
    return low, np.clip(np.ceil(far) + 2, 0, shape).astype(int)


def _key(owner: str, source: Path, low: np.ndarray, high: np.ndarray) -> str:
    digest = hashlib.sha256(source.read_bytes())
    about = (owner, _MODEL, _RECIPE, *low.tolist(), *high.tolist())
    digest.update(repr(about).encode())
    return digest.hexdigest()
