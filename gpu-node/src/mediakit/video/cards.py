"""Title and end card: words before the film's own picture, out of focus."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from mediakit.arrays import Floats, Picture
from mediakit.video.fonts import Weight
from mediakit.video.layout import Layout
from mediakit.video.planes import Overlay, Planes, black, mixed, to_picture, to_planes
from mediakit.video.typeset import Box, Setting, set_text

FADE_S = 0.4
_TITLE, _TITLE_LEAST, _TITLE_LINES = 1 / 9.5, 1 / 24, 5
"""Sizes of letters as shares of the shorter side."""
_DARK = 0.50
_TINT = np.array([46, 34, 28], np.float32)
"""Blue, green, red that is mixed into what is behind the words."""
_BAR = np.array([92, 178, 255], np.float32)
"""Blue, green, red of the line above the words."""


@dataclass(frozen=True)
class Card:
    """A card made ready: what is behind and the words over it."""

    behind: Planes
    words: Overlay

    def opening(self, time_s: float, length_s: float, film: Planes) -> Planes:
        """The picture of a title card that comes out of the dark and becomes `film`."""
        words = self.words.over(self.behind, _eased((time_s - 0.1) / FADE_S))
        lit = mixed(black(self.behind.shape), words, _eased(time_s / FADE_S + 0.25))
        return mixed(lit, film, _eased(1 - (length_s - time_s) / FADE_S))

    def closing(self, time_s: float, length_s: float, film: Planes) -> Planes:
        """The picture of an end card that `film` becomes and that goes into the dark."""
        words = self.words.over(self.behind, _eased((time_s - 0.2) / FADE_S))
        shown = mixed(film, words, _eased(time_s / FADE_S))
        return mixed(shown, black(self.behind.shape), _eased(1 - (length_s - time_s) / FADE_S))


def words_of(text: str, layout: Layout, models: Path) -> Setting:
    """The words of a card in lines; raises NoLetters and TooMuchText."""
    side = layout.side
    box = Box(layout.text_width, _TITLE * side, _TITLE_LEAST * side, _TITLE_LINES)
    return set_text(text, Weight.BOLD, box, models)


def card(text: str, film: Planes, layout: Layout, models: Path) -> Card:
    """The card with those words before a picture of the film; raises as `words_of`."""
    side = layout.side
    setting = words_of(text, layout, models)
    size = (layout.height, layout.width)
    bar, gap = max(2.0, 0.010 * side), 0.055 * side
    height = setting.leading * len(setting.lines)
    # Optically, the middle lies a little above the geometric one.
    top = layout.height * 0.47 - (height - bar - gap) / 2
    white = setting.drawn(size, layout.width / 2, top)
    line = np.zeros(size, np.float32)
    middle, half = layout.width // 2, round(0.055 * side)
    begin = round(top - gap)
    line[begin : begin + round(bar), middle - half : middle + half] = 1
    shadow = cv2.GaussianBlur(np.maximum(white, line), (0, 0), 0.012 * side) * 0.5
    lit = np.maximum(white, line)
    share = lit + shadow * (1 - lit)
    tone = 255 * white[..., None] + _BAR * (line * (1 - white))[..., None]
    colours = np.clip(tone / np.maximum(share, 1e-6)[..., None], 0, 255).astype(np.uint8)
    overlay = Overlay.of(colours, share)
    if overlay is None:
        raise ValueError("a card needs words")
    return Card(to_planes(_out_of_focus(to_picture(film), side)), overlay)


def _out_of_focus(picture: Picture, side: int) -> Picture:
    """The picture so soft that only its light is left, dark enough for white letters."""
    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), side / 4 / 14)
    soft = cv2.resize(soft, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32)
    height, width = picture.shape[:2]
    toned = soft * _DARK * _falloff(height, width)[..., None] * 0.82 + _TINT * 0.55
    # Noise of less than a level keeps slow gradients from showing steps.
    grain = np.random.default_rng(0).uniform(-0.5, 0.5, (height, width, 1))
    return np.clip(toned + grain + 0.5, 0, 255).astype(np.uint8)


def _falloff(height: int, width: int) -> Floats:
    """Light that is less towards the corners."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return (1 - 0.38 * np.clip((x**2 + y**2) / 2, 0, 1)).astype(np.float32)


def _eased(share: float) -> float:
    near = min(1.0, max(0.0, share))
    return near * near * (3 - 2 * near)
