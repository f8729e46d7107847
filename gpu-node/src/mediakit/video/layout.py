"""Where words stand in pictures of any shape."""

from dataclasses import dataclass

_MARK_LEAST_PX = 11


@dataclass(frozen=True)
class Layout:
    """Distances of one size of picture, in pixels."""

    height: int
    width: int

    @property
    def side(self) -> int:
        """The shorter side, which all sizes are shares of."""
        return min(self.height, self.width)

    @property
    def is_tall(self) -> bool:
        """Tall pictures are shown on telephones, with buttons over their lower and right edges."""
        return self.height > 1.3 * self.width

    @property
    def text_width(self) -> int:
        """How wide captions and cards may be."""
        return round(min(0.84 * self.width, 1.35 * self.side))

    @property
    def caption_bottom(self) -> int:
        """Where the last row of a caption ends."""
        return round(self.height * (0.80 if self.is_tall else 0.94))

    @property
    def mark_letters(self) -> float:
        """The size of the mark's letters."""
        return max(self.side / 36, _MARK_LEAST_PX)

    @property
    def mark_height(self) -> float:
        """Of the plate behind them."""
        return 1.75 * self.mark_letters

    @property
    def caption_top(self) -> int:
        """Where the first row of a caption begins that stands high: below the mark."""
        return round(self.mark_top + self.mark_height + 0.015 * self.side)

    @property
    def mark_top(self) -> int:
        """Where the mark begins."""
        return round(self.height * 0.07 if self.is_tall else 0.035 * self.side)

    @property
    def margin(self) -> int:
        """Of the mark from the side."""
        return round(0.035 * self.side)
