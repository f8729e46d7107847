"""The refusals of a voice clip; each names the field, what was measured and the limit."""

from gpu_node.errors import BadMedia

POINTER = "/inputs/voice"
SHORTEST_S, LONGEST_S = 5.0, 30.0


def unfit(detail: str, reason: str, measured: float, limit: float) -> BadMedia:
    """A clip that can be heard but not used; `reason` is a stable word for programs."""
    about = {"pointer": POINTER, "reason": reason, "measured": measured, "limit": limit}
    return BadMedia("unfit-voice-clip", detail, **about)


def invalid(detail: str, **about: float) -> BadMedia:
    """A clip that cannot be read."""
    return BadMedia("invalid-audio", detail, pointer=POINTER, **about)
