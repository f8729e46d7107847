"""Cuts a picture into tiles that are worked on one by one, so that memory does not grow with it."""

import itertools
from dataclasses import dataclass

import cv2

from mediakit.arrays import Picture


@dataclass(frozen=True)
class Tile:
    """A part of a picture, in its pixels."""

    top: int
    left: int
    height: int
    width: int

    def part(self, picture: Picture, factor: int = 1) -> Picture:
        """The part itself, a view; `factor` is by how much the picture is larger."""
        rows = slice(self.top * factor, (self.top + self.height) * factor)
        columns = slice(self.left * factor, (self.left + self.width) * factor)
        return picture[rows, columns]

    def with_surroundings(self, padded: Picture, margin: int) -> Picture:
        """The part and `margin` pixels around it, out of what `padded_by` made."""
        rows = slice(self.top, self.top + self.height + 2 * margin)
        columns = slice(self.left, self.left + self.width + 2 * margin)
        return padded[rows, columns]


def plan_tiles(height: int, width: int, side: int) -> list[Tile]:
    """Tiles of at most `side` x `side` that cover the picture, all of nearly the same size."""
    rows, columns = _cuts(height, side), _cuts(width, side)
    return [Tile(y, x, h, w) for y, h in rows for x, w in columns]


def padded_by(picture: Picture, margin: int) -> Picture:
    """The picture with a mirrored border, so that tiles at its edge have surroundings too."""
    edges = (margin, margin, margin, margin)
    return cv2.copyMakeBorder(picture, *edges, cv2.BORDER_REFLECT_101).astype(picture.dtype)


def _cuts(length: int, side: int) -> list[tuple[int, int]]:
    count = -(-length // side)
    places = [length * i // count for i in range(count + 1)]
    return [(a, b - a) for a, b in itertools.pairwise(places)]
