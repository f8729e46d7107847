"""What the drawn faces look like: tables of colours and features."""

from dataclasses import dataclass, replace
from typing import Literal

Colour = tuple[int, int, int]
"""Blue, green, red."""


@dataclass(frozen=True)
class Skin:
    """Skin in full light and in shade, and what blood adds to it."""

    lit: Colour
    shade: Colour
    blush: Colour
    lip: Colour


@dataclass(frozen=True)
class Look:
    """One person."""

    skin: Skin
    hair: Colour
    brow: Colour
    iris: Colour
    clothes: Colour
    wall: tuple[Colour, Colour]
    """Far from the head and behind it."""
    style: Literal["bob", "long", "short", "scarf"] = "bob"
    scarf: Colour = (120, 90, 150)
    beard: float = 0.0
    """0 none, 1 full."""
    glasses: bool = False
    rugged: float = 0.0
    """0 a slim chin, long lashes and full lips; 1 a broad chin, heavy brows and thin lips."""


FAIR = Skin((190, 212, 244), (110, 136, 198), (138, 146, 232), (116, 114, 204))
PALE = Skin((208, 222, 246), (138, 158, 208), (158, 160, 236), (136, 136, 212))
OLIVE = Skin((150, 184, 224), (80, 110, 168), (104, 124, 210), (98, 100, 180))
BROWN = Skin((94, 132, 184), (44, 68, 112), (70, 88, 166), (78, 80, 148))
DARK = Skin((66, 96, 142), (26, 40, 72), (50, 62, 128), (66, 66, 124))

_COOL = ((150, 128, 104), (226, 214, 196))
_WARM = ((112, 142, 168), (196, 216, 230))
_GREEN = ((112, 128, 104), (190, 206, 188))

LOOKS: dict[str, Look] = {
    "robin": Look(
        FAIR, hair=(48, 64, 100), brow=(48, 62, 92), iris=(112, 122, 84), clothes=(112, 92, 44),
        wall=_COOL,
    ),
    "amara": Look(
        BROWN, hair=(28, 30, 38), brow=(24, 28, 38), iris=(34, 50, 78), clothes=(60, 110, 190),
        wall=_GREEN, style="long",
    ),
    "elias": Look(
        OLIVE, hair=(66, 70, 78), brow=(46, 50, 58), iris=(60, 74, 92), clothes=(96, 72, 56),
        wall=_WARM, style="short", beard=0.75, glasses=True, rugged=0.85,
    ),
}  # fmt: skip
"""The demo avatars by name; the first one is the default."""

TEST_LOOKS: dict[str, Look] = {
    "dark-short": replace(LOOKS["amara"], skin=DARK, style="short", rugged=1.0, beard=0.35),
    "pale-grey": replace(LOOKS["robin"], skin=PALE, hair=(172, 174, 176), brow=(150, 152, 156)),
    "full-beard": replace(LOOKS["elias"], skin=FAIR, hair=(30, 50, 90), beard=1.0, glasses=False),
    "glasses-long": replace(LOOKS["amara"], skin=PALE, hair=(70, 120, 180), glasses=True),
    "scarf": replace(LOOKS["robin"], skin=OLIVE, style="scarf", iris=(40, 60, 90)),
    "dark-scarf": replace(LOOKS["amara"], style="scarf", skin=DARK, scarf=(70, 160, 200)),
}
"""Kinds of people that the animation must serve and no package shows."""


def look(name: str) -> Look:
    """The look of that name, a demo avatar's or a test face's."""
    return LOOKS.get(name) or TEST_LOOKS[name]
