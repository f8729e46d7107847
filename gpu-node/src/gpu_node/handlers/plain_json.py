"""Makes plain JSON out of what a handler gives, or says which part of it is none."""

import math
from collections.abc import Mapping
from typing import Any

from gpu_node.contracts.wire import EXECUTOR

MAX_DEPTH = EXECUTOR["output_depth"]
MAX_INTEGER = 2**53 - 1
"""Up to here every whole number is kept exactly by every reader of JSON."""


_LISTS = (list, tuple)
_CONTAINERS = (*_LISTS, Mapping)


class NotJson(ValueError):
    """A part that JSON cannot hold, with the JSON pointer to it."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer} {detail}".strip())
        self.pointer = pointer
        self.detail = detail


def to_plain(value: Any, pointer: str = "", above: tuple[int, ...] = ()) -> Any:
    """The value as None, bool, int, float, str, list and dict alone; raises NotJson."""
    if hasattr(value, "model_dump"):
        value = value.model_dump(mode="json")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, pointer)
    if isinstance(value, int):
        return _integer(value, pointer)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotJson(pointer, f"is {_shown(value)}, which JSON does not have")
        return float(value)
    if isinstance(value, _CONTAINERS):
        if id(value) in above:  # pyright: ignore[reportUnknownArgumentType]
            raise NotJson(pointer, "holds itself")
        if len(above) >= MAX_DEPTH:
            raise NotJson(pointer, f"is nested more than {MAX_DEPTH} levels deep")
        above = (*above, id(value))  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, _LISTS):
        parts: list[Any] = list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return [to_plain(part, f"{pointer}/{i}", above) for i, part in enumerate(parts)]
    if isinstance(value, Mapping):
        return _object(value, pointer, above)  # pyright: ignore[reportUnknownArgumentType]
    raise NotJson(pointer, f"is of type {type(value).__name__}, which JSON does not have")


def clean_text(text: object) -> str:
    """Any text without the halves of characters that no encoding has."""
    return str(text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _object(value: Mapping[Any, Any], pointer: str, above: tuple[int, ...]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, part in value.items():
        if not isinstance(key, str):
            raise NotJson(pointer, f"has a name of type {type(key).__name__}")
        name = _text(key, pointer, "has a name that is no text")
        step = name.replace("~", "~0").replace("/", "~1")
        plain[name] = to_plain(part, f"{pointer}/{step}", above)
    return plain


def _text(value: str, pointer: str, why: str = "holds half a character") -> str:
    plain = str.__str__(value)
    try:
        plain.encode()
    except UnicodeEncodeError:
        raise NotJson(pointer, why) from None
    return plain


def _integer(value: int, pointer: str) -> int | float:
    """Numbers are those of 64 bits with a point, on both planes: one that they cannot hold is
    refused, whatever it is near to."""
    plain = int(value)
    if abs(plain) <= MAX_INTEGER:
        return plain
    try:
        near = float(plain)
    except OverflowError:
        near = math.inf
    if near != plain:
        raise NotJson(pointer, "is a whole number that 64 bits cannot keep exactly")
    return near


def _shown(value: float) -> str:
    """As JavaScript has it."""
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
