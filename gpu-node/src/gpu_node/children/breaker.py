"""Stops giving calls to a handler that crashes again and again, so that it cannot keep the
machine busy dying."""

import time
from collections.abc import Callable

from gpu_node.errors import RetryableError

MAX_CRASHES = 5
"""In a row; the next call waits for REST_S, then one is tried."""
REST_S = 30.0


class Breaker:
    """One circuit per node type: a poisonous type does not stop the others."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._crashes: dict[str, int] = {}
        self._crashed_at: dict[str, float] = {}

    def check(self, node_type: str) -> None:
        """Refuse while the type rests."""
        if self._crashes.get(node_type, 0) < MAX_CRASHES:
            return
        rest_s = self._crashed_at[node_type] + REST_S - self._now()
        if rest_s > 0:
            raise RetryableError(
                "handler-unavailable",
                f"The handler of {node_type} crashed {MAX_CRASHES} times in a row; "
                f"it is tried again in {rest_s:.0f} s.",
            )
        self._crashes[node_type] = MAX_CRASHES - 1

    def succeeded(self, node_type: str) -> None:
        """A process survived a call."""
        self._crashes.pop(node_type, None)

    def crashed(self, node_type: str) -> None:
        """A process died in a call."""
        self._crashes[node_type] = self._crashes.get(node_type, 0) + 1
        self._crashed_at[node_type] = self._now()
