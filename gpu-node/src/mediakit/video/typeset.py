"""Sets a text in lines and draws it: how white, and where."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from mediakit.arrays import Floats
from mediakit.video import fonts

_LEADING = 1.24
"""From line to line, in sizes of the font."""
_SMALLER = 0.93


class TooMuchText(ValueError):
    """The text does not fit, however small."""


@dataclass(frozen=True)
class Box:
    """What a text may take: pixels, and how small it may become to fit."""

    width: int
    size: float
    least: float
    most_lines: int


@dataclass(frozen=True)
class Setting:
    """A text in lines of one font."""

    lines: tuple[str, ...]
    font: Path
    size: int
    direction: str

    @property
    def leading(self) -> float:
        """Pixels from line to line."""
        return self.size * _LEADING

    def width(self, line: str) -> float:
        """Of one line, in pixels."""
        return fonts.load(self.font, self.size).getlength(line, direction=self.direction)

    def drawn(self, size: tuple[int, int], middle_x: float, first_y: float) -> Floats:
        """(height, width) 0..1: the lines centred on `middle_x`; `first_y` is where the first one's
        row begins.
        """
        image = Image.new("L", (size[1], size[0]))
        draw = ImageDraw.Draw(image)
        font = fonts.load(self.font, self.size)
        for number, line in enumerate(self.lines):
            # The middle of a capital letter stands in the middle of its row.
            y = first_y + (number + 0.5) * self.leading + 0.365 * self.size
            draw.text(
                (middle_x, y), line, fill=255, font=font, anchor="ms", direction=self.direction
            )
        return np.asarray(image, np.float32) / 255


def plain(text: str) -> str:
    """The text as fonts are asked for it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def set_text(text: str, weight: fonts.Weight, box: Box, models: Path) -> Setting:
    """The text as large as it fits, its lines of about the same width.

    Raises NoLetters, and TooMuchText if it does not fit at the least size.
    """
    words = plain(text)
    path = fonts.font_for(words, weight, models)
    direction = _direction(words)
    size = box.size
    while True:
        setting = Setting((), path, max(1, round(size)), direction)
        lines = _wrapped(words, setting, box.width)
        if lines and len(lines) <= box.most_lines:
            return Setting(
                _balanced(words, setting, box.width, lines), path, setting.size, direction
            )
        if size * _SMALLER < box.least:
            raise TooMuchText(f"{len(text)} characters do not fit into the picture")
        size *= _SMALLER


def _wrapped(text: str, setting: Setting, width: float) -> tuple[str, ...]:
    """Lines of at most that width; none if a single word is wider."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and setting.width(longer) <= width:
            lines[-1] = longer
        elif setting.width(word) <= width:
            lines.append(word)
        else:
            return ()
    return tuple(lines)


def _balanced(text: str, setting: Setting, width: float, lines: tuple[str, ...]) -> tuple[str, ...]:
    """As many lines in the narrowest box that still holds them."""
    low, high = width / max(1, len(lines)) / 2, width
    for _ in range(8):
        middle = (low + high) / 2
        tried = _wrapped(text, setting, middle)
        if tried and len(tried) == len(lines):
            high, lines = middle, tried
        else:
            low = middle
    return lines


def _direction(text: str) -> str:
    """That of the first letter which has one (Unicode's rule P2)."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    first = next((kind for kind in kinds if kind in ("L", "R", "AL")), "L")
    return "ltr" if first == "L" else "rtl"
