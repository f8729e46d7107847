"""Makes plain JSON out of what a handler gives, or says which part of it is none."""

import math
from collections.abc import Mapping
from typing import Any

MAX_DEPTH = 100
MAX_INTEGER = 2**53 - 1
"""What every reader of JSON keeps exactly."""


class NotJson(ValueError):
    """A part that JSON cannot hold, with the JSON pointer to it."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer} {detail}".strip())
        self.pointer = pointer
        self.detail = detail


def to_plain(value: Any, pointer: str = "", depth: int = 0) -> Any:
    """The value as None, bool, int, float, str, list and dict alone; raises NotJson."""
    if depth > MAX_DEPTH:
        raise NotJson(pointer, f"is nested more than {MAX_DEPTH} deep")
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
            raise NotJson(pointer, "is not a finite number")
        return float(value)
    if isinstance(value, list | tuple):
        parts: list[Any] = list(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return [to_plain(part, f"{pointer}/{i}", depth + 1) for i, part in enumerate(parts)]
    if isinstance(value, Mapping):
        return _object(value, pointer, depth)  # pyright: ignore[reportUnknownArgumentType]
    raise NotJson(pointer, f"is of type {type(value).__name__}, which JSON does not have")


def clean_text(text: object) -> str:
    """Any text without the halves of characters that no encoding has."""
    return str(text).encode("utf-8", "replace").decode()


def _object(value: Mapping[Any, Any], pointer: str, depth: int) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, part in value.items():
        if not isinstance(key, str):
            raise NotJson(pointer, f"has a name of type {type(key).__name__}")
        name = _text(key, pointer)
        step = name.replace("~", "~0").replace("/", "~1")
        plain[name] = to_plain(part, f"{pointer}/{step}", depth + 1)
    return plain


def _text(value: str, pointer: str) -> str:
    plain = str.__str__(value)
    try:
        plain.encode()
    except UnicodeEncodeError:
        raise NotJson(pointer, "has half a character (a lone surrogate)") from None
    return plain


def _integer(value: int, pointer: str) -> int:
    plain = int(value)
    if abs(plain) > MAX_INTEGER:
        raise NotJson(pointer, f"is a whole number beyond {MAX_INTEGER}")
    return plain
