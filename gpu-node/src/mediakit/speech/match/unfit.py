"""The refusals of a voice clip; each says what was measured and the limit."""

from mediakit.errors import MediaError

SHORTEST_S, LONGEST_S = 5.0, 30.0


def unfit(detail: str, reason: str, measured: float, limit: float) -> MediaError:
    """A clip that can be heard but not used; `reason` is a stable word for programs."""
    return MediaError("unfit-clip", detail, reason=reason, measured=measured, limit=limit)


def invalid(detail: str, **about: float) -> MediaError:
    """A clip that cannot be read."""
    return MediaError("unreadable-sound", detail, **about)
