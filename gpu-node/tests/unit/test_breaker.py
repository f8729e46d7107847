"""When a handler that crashes is left alone."""

import pytest

from gpu_node.children.breaker import MAX_CRASHES, REST_S, Breaker
from gpu_node.errors import RetryableError


def test_rests_after_crashes_in_a_row_and_tries_one_call_then() -> None:
    now = 0.0
    breaker = Breaker(lambda: now)
    for _ in range(MAX_CRASHES):
        breaker.check("poison")
        breaker.crashed("poison")
    with pytest.raises(RetryableError, match="handler-unavailable"):
        breaker.check("poison")
    breaker.check("other")
    now += REST_S
    breaker.check("poison")
    breaker.crashed("poison")
    with pytest.raises(RetryableError):
        breaker.check("poison")
    now += REST_S
    breaker.check("poison")
    breaker.succeeded("poison")
    breaker.crashed("poison")
    breaker.check("poison")


def test_a_call_that_survives_closes_it() -> None:
    breaker = Breaker(lambda: 0.0)
    for _ in range(MAX_CRASHES - 1):
        breaker.crashed("shaky")
    breaker.succeeded("shaky")
    breaker.crashed("shaky")
    breaker.check("shaky")
