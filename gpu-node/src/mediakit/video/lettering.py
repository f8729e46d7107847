"""Draws captions and the mark as overlays of a picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import cv2
import numpy as np
from PIL import Image, ImageDraw

from mediakit.arrays import Floats, Picture
from mediakit.picture.area import Area
from mediakit.video.fonts import Weight
from mediakit.video.layout import Layout
from mediakit.video.planes import Overlay
from mediakit.video.typeset import Box, Setting, set_text

Place = Literal["low", "high"]
"""Of a caption."""
PLACES: tuple[Place, ...] = get_args(Place)
MARK_WORDS = "Generated video"
_CAPTION, _CAPTION_LEAST, _CAPTION_LINES = 1 / 17.5, 1 / 28, 3
"""Sizes of letters as shares of the shorter side."""
_CAPTION_LEADING, _CAPTION_BESIDE = 1.06, 0.42
"""From row to row, in those of its lines; from its letters to the edge of their plate, in sizes."""
_PLATE = 0.62
"""How dark the plate behind letters is: white on it can be read over any picture."""
_MARK_PLATE, _MARK_WHITE = 0.42, 0.92


def words_of(text: str, layout: Layout, models: Path) -> Setting:
    """The words of a caption in lines; raises NoLetters and TooMuchText."""
    side = layout.side
    box = Box(layout.text_width, _CAPTION * side, _CAPTION_LEAST * side, _CAPTION_LINES)
    return set_text(text, Weight.SEMIBOLD, box, models)


@dataclass(frozen=True)
class Room:
    """What captions take, in pixels."""

    width: float
    height: float


def room_of(setting: Setting) -> Room:
    """Of one with these words."""
    widest = max(setting.width(line) for line in setting.lines)
    height = setting.leading * _CAPTION_LEADING * len(setting.lines)
    return Room(widest + 2 * _CAPTION_BESIDE * setting.size, height)


def largest(rooms: Iterable[Room]) -> Room:
    """What each of them fits into."""
    known = [Room(0, 0), *rooms]
    return Room(max(room.width for room in known), max(room.height for room in known))


def area(room: Room, layout: Layout, place: Place) -> Area:
    """Where in the picture that room is."""
    top = layout.caption_top if place == "high" else layout.caption_bottom - room.height
    left = (layout.width - room.width) / 2
    return Area(left, top, left + room.width, top + room.height)


def caption(text: str, layout: Layout, models: Path, place: Place = "low") -> Overlay | None:
    """The words on dark plates, or None; raises as `words_of`."""
    setting = words_of(text, layout, models)
    leading = setting.leading * _CAPTION_LEADING
    top = area(room_of(setting), layout, place).top
    size = (layout.height, layout.width)
    plates, white = np.zeros(size, np.float32), np.zeros(size, np.float32)
    for number, line in enumerate(setting.lines):
        row = Setting((line,), setting.font, setting.size, setting.direction)
        y = top + number * leading
        half = row.width(line) / 2 + _CAPTION_BESIDE * setting.size
        across = layout.width / 2
        edges = (across - half, y, across + half, y + leading)
        plates = np.maximum(plates, _plate(size, edges, 0.28 * setting.size))
        white = np.maximum(white, row.drawn(size, across, y + (leading - row.leading) / 2))
    return _white_on_dark(white, plates * _PLATE)


@lru_cache(maxsize=8)
def mark(layout: Layout, models: Path) -> Overlay:
    """The words that say a film is generated, small, in the upper left corner."""
    size = (layout.height, layout.width)
    letters = layout.mark_letters
    setting = set_text(MARK_WORDS, Weight.SEMIBOLD, Box(layout.width, letters, 1, 1), models)
    half = setting.width(MARK_WORDS) / 2 + 0.62 * letters
    high = layout.mark_height
    left, top = layout.margin, layout.mark_top
    plate = _plate(size, (left, top, left + 2 * half, top + high), high / 2)
    white = setting.drawn(size, left + half, top + (high - setting.leading) / 2)
    overlay = _white_on_dark(white * _MARK_WHITE, plate * _MARK_PLATE)
    if overlay is None:
        raise RuntimeError("the mark has no letters")
    return overlay


def _plate(
    size: tuple[int, int], edges: tuple[float, float, float, float], round_by: float
) -> Floats:
    """(height, width) 0..1: a rectangle (left, top, right, bottom) with round corners."""
    times = 4
    left, top, right, bottom = edges
    inner = (round(right - left), round(bottom - top))
    image = Image.new("L", (inner[0] * times, inner[1] * times))
    whole = (0, 0, image.width - 1, image.height - 1)
    ImageDraw.Draw(image).rounded_rectangle(whole, round_by * times, fill=255)
    sheet = Image.new("L", (size[1], size[0]))
    sheet.paste(image.resize(inner, Image.Resampling.BOX), (round(left), round(top)))
    return np.asarray(sheet, np.float32) / 255


def _white_on_dark(white: Floats, dark: Floats) -> Overlay | None:
    share = white + dark * (1 - white)
    colour = np.where(share > 0, white / np.maximum(share, 1e-6), 0) * 255
    return Overlay.of(_grey(colour), share)


def _grey(brightness: Floats) -> Picture:
    return cv2.cvtColor(brightness.astype(np.uint8), cv2.COLOR_GRAY2BGR).astype(np.uint8)
