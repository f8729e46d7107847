"""Which enlargements take long enough to wait for a place among the long work."""

from gpu_node.handlers.context import HandlerContext

STILL_PACE, FILM_PACE = 3_000, 100_000
"""Pixels that the networks enlarge in a second, on the cores that we take."""
_LONG_S = 5


def take_turn(context: HandlerContext, pixels: int, pace: int) -> None:
    """Wait where so many pixels, of all pictures together, take long."""
    if pixels > _LONG_S * pace:
        context.long_work()
