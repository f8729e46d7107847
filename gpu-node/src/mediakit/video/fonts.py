"""Which font writes a text, and which letters none of them has."""

import unicodedata
from enum import Enum
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont, features

from mediakit.model_files import checked

FOLDER = "fonts"
"""Below the folder of models."""
_WIDE = "DejaVuSans-Bold.ttf"
"""Less handsome than Inter, and with Arabic, Hebrew, Armenian, Georgian and many signs."""


class Weight(Enum):
    """How heavy letters are; the fonts that have it, the first choice first."""

    SEMIBOLD = ("Inter_600SemiBold.ttf", _WIDE)
    BOLD = ("Inter_700Bold.ttf", _WIDE)


class NoLetters(ValueError):
    """No font has these letters."""

    def __init__(self, letters: str) -> None:
        shown = " ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters[:5])
        super().__init__(f"the fonts here have no letters for {shown}")


def font_for(text: str, weight: Weight, models: Path) -> Path:
    """The first font that has all letters of the text; one text is never set in two.

    Raises NoLetters if there is none.
    """
    wanted = {letter for letter in text if not _is_invisible(letter)}
    missing = wanted
    for name in weight.value:
        path = checked(models, f"{FOLDER}/{name}")
        lacking = {letter for letter in wanted if ord(letter) not in _letters(path)}
        if not lacking:
            return path
        missing = min(missing, lacking, key=len)
    raise NoLetters("".join(sorted(missing)))


@lru_cache(maxsize=64)
def load(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """The font at a size in pixels, shaping by Raqm: joined letters, marks and both directions."""
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.RAQM)


def why_not(models: Path | None) -> str | None:
    """Why nothing can be written on this machine; None if it can."""
    if not features.check("raqm"):
        return "the Python package pillow was built without Raqm"
    names = sorted({name for weight in Weight for name in weight.value})
    lost = [name for name in names if models and not (models / FOLDER / name).is_file()]
    return f"the font {lost[0]} is missing" if lost else None


def _is_invisible(letter: str) -> bool:
    """Spaces, and marks that steer direction or joining."""
    return letter.isspace() or unicodedata.category(letter) == "Cf"


@lru_cache(maxsize=8)
def _letters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap() or {})
