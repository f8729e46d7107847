"""A part of a picture, from edge to edge."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    """Its edges, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def shared(self, other: "Area") -> float:
        """How many pixels both have."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)
