"""What a person may choose, whatever it is that comes."""

from typing import Any

import pytest

from gpu_node.errors import BadMedia
from gpu_node.handlers.choices import whole

SEEDS = range(1 << 32)


class _Lonely(float):
    """A number that must not be compared with others, one by one."""

    __hash__ = float.__hash__

    def __eq__(self, other: object) -> bool:
        raise AssertionError(f"it was compared with {other}")


@pytest.mark.parametrize(
    "value", [_Lonely(0.5), _Lonely("nan"), _Lonely("inf"), -1, 1 << 32, 2.0**32, "7", None]
)
def test_what_is_no_whole_number_of_a_long_range_is_refused_at_once(value: Any) -> None:
    with pytest.raises(BadMedia, match="a whole number from 0 to 4294967295"):
        whole(value, SEEDS, 0, "/inputs/seed")


@pytest.mark.parametrize("value", [0, 7, (1 << 32) - 1, _Lonely(7), _Lonely(2.0**32 - 1)])
def test_a_whole_number_is_taken_however_it_is_written(value: Any) -> None:
    chosen = whole(value, SEEDS, 0, "/inputs/seed")
    assert (type(chosen), chosen) == (int, int(value))


def test_steps_are_kept() -> None:
    assert whole(258.0, range(256, 1081, 2), 512, "/inputs/size") == 258
    with pytest.raises(BadMedia, match="in steps of 2"):
        whole(257.0, range(256, 1081, 2), 512, "/inputs/size")
