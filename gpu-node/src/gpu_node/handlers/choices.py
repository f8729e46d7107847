"""Choices that reach a node as inputs: a graph or a run may carry any text or number there."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import MISSING

from gpu_node.errors import PermanentError

T = TypeVar("T", str, int)


def chosen(pointer: str, given: Any, offered: Sequence[T], default: T) -> T:
    """The one of `offered` that was given, or the default; an `invalid-input` naming `pointer`."""
    if given is MISSING:
        return default
    for choice in offered:
        if choice == given:
            return choice
    listed = ", ".join(str(choice) for choice in offered)
    raise PermanentError("invalid-input", f"{given!r} is none of {listed}", pointer=pointer)


def chosen_number(pointer: str, given: float, low: float, high: float) -> float:
    """The number, if it lies between `low` and `high`."""
    if not low <= given <= high:
        detail = f"{given:g} does not lie between {low:g} and {high:g}"
        raise PermanentError("invalid-input", detail, pointer=pointer)
    return given
