"""Writes words into pictures: captions and cards.

OpenCV's own stroke letters need no font file; they know ASCII only, so accents are dropped.
"""

import unicodedata

import cv2
import numpy as np

from gpu_node.engines.arrays import Picture

_FONT = cv2.FONT_HERSHEY_DUPLEX
_WHITE = (255, 255, 255)
_BLACK = (16, 16, 16)
_LEADING = 1.7
_PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
    }
)


def with_caption(picture: Picture, lines: tuple[str, ...]) -> Picture:
    """A copy with white, outlined lines near the lower edge."""
    lettered = picture.copy()
    height = picture.shape[0]
    _write(lettered, lines, size=height / 22, last_line_y=height * 0.95)
    return lettered


def card(background: Picture, lines: tuple[str, ...]) -> Picture:
    """A card: the picture blurred and dark, with large lines in its middle."""
    side = background.shape[1]
    blurred = cv2.GaussianBlur(background, (0, 0), side / 24)
    darkened = (blurred * 0.45).astype(np.uint8)
    size = side / 14
    middle = background.shape[0] / 2 + size * _LEADING * (len(lines) - 1) / 2 + size / 2
    _write(darkened, lines, size=size, last_line_y=middle)
    return darkened


def wrapped(text: str, characters: int, most_lines: int) -> tuple[str, ...]:
    """The text on lines of at most so many characters; what does not fit is left out."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= characters:
            lines[-1] = longer
        elif len(lines) < most_lines:
            lines.append(word[:characters])
        else:
            lines[-1] = f"{lines[-1][: characters - 3]}..."
            break
    return tuple(lines)


def _write(picture: Picture, lines: tuple[str, ...], *, size: float, last_line_y: float) -> None:
    """size: height of a capital letter in pixels, less if a line would be too wide."""
    plain = [_ascii(line) for line in lines]
    widest = max(cv2.getTextSize(line, _FONT, 1, 1)[0][0] for line in plain)
    scale = min(size / 22, 0.94 * picture.shape[1] / max(1, widest))
    thickness = max(1, round(scale * 1.6))
    for number, line in enumerate(reversed(plain)):
        width = cv2.getTextSize(line, _FONT, scale, thickness)[0][0]
        x = (picture.shape[1] - width) // 2
        at = (x, round(last_line_y - number * scale * 22 * _LEADING))
        for color, weight in ((_BLACK, thickness * 4), (_WHITE, thickness)):
            cv2.putText(picture, line, at, _FONT, scale, color, weight, cv2.LINE_AA)


def _ascii(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    kept = (letter for letter in bare if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else "?" for letter in kept)
