"""How long and how uneven a film may be: its times are numbers that a stranger wrote, and each of
them could be work without end."""

from mediakit.errors import MediaError

MAX_LENGTH_S = 3600.0
MAX_GAP_S = 300.0
"""Between a picture and the next one."""
MAX_OFFSET_S = 3600.0
"""Between the first picture and the first sound; silence fills it."""


def check_length(seconds: float) -> None:
    """Refuse a film that is too long."""
    if not 0 <= seconds <= MAX_LENGTH_S:
        detail = f"the film lasts {seconds:.0f} s; at most {MAX_LENGTH_S:.0f} s are read"
        raise MediaError("unreadable-film", detail)


def check_gap(seconds: float) -> None:
    """Refuse a film that stands still for too long."""
    if not seconds <= MAX_GAP_S:
        detail = f"the film has no picture for {seconds:.0f} s; at most {MAX_GAP_S:.0f} s are read"
        raise MediaError("unreadable-film", detail)


def check_offset(seconds: float) -> None:
    """Refuse sound that begins too long before or after the pictures."""
    if not abs(seconds) <= MAX_OFFSET_S:
        detail = (
            f"the film's sound begins {abs(seconds):.0f} s away from its pictures; "
            f"at most {MAX_OFFSET_S:.0f} s are read"
        )
        raise MediaError("unreadable-film", detail)
