"""Reads what a person may choose: an input that stands before the param of the same name."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from pydantic import MISSING, BaseModel

from gpu_node.errors import BadMedia

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


def known(model: type[M], inputs: Mapping[str, Any]) -> M:
    """Those inputs that a check is given, as `run` sees them; the others are MISSING."""
    return model.model_construct(**{name: inputs.get(name, MISSING) for name in model.model_fields})


def chosen(value: Any, otherwise: T) -> T:
    """The input if there is one, else the param."""
    return otherwise if value is MISSING else value


def one_of(value: Any, allowed: Collection[T], otherwise: T, pointer: str) -> T:
    """The same for one of few values; `BadMedia` naming `pointer` for any other."""
    picked = chosen(value, otherwise)
    if picked in allowed:
        # A number may come as 25.0: what is allowed is what is given on.
        return next(item for item in allowed if item == picked)
    raise _unfit(picked, f"one of {', '.join(str(item) for item in allowed)}", pointer)


def whole(value: Any, allowed: range, otherwise: T, pointer: str) -> T | int:
    """The same for a whole number in a range."""
    picked: Any = chosen(value, otherwise)
    if picked is otherwise:
        return picked
    # 25.0 is one, too. For what is no int a range would look at its numbers one by one.
    exact = int(picked) if isinstance(picked, float) and picked.is_integer() else picked
    if isinstance(exact, int) and exact in allowed:
        return int(exact)
    step = "" if allowed.step == 1 else f" in steps of {allowed.step}"
    raise _unfit(picked, f"a whole number from {allowed[0]} to {allowed[-1]}{step}", pointer)


def within(value: float, low: float, high: float, pointer: str) -> float:
    """The number, if it lies between `low` and `high`."""
    if low <= value <= high:
        return value
    raise _unfit(f"{value:g}", f"a number from {low:g} to {high:g}", pointer)


def _unfit(value: Any, wanted: str, pointer: str) -> BadMedia:
    detail = f"{str(value)[:60]!r} is not {wanted}"
    return BadMedia("invalid-input", detail, pointer=pointer)


SIZES = range(256, 1081, 2)
"""The shorter side of a film in pixels."""
