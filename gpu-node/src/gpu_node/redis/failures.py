"""Which failures of Redis pass by themselves."""

import asyncio
import random

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,
)

__all__ = ["RedisError", "ResponseError", "backoff", "is_no_group", "is_unblocked"]

UNAVAILABLE = (
    ConnectionError,
    TimeoutError,
    BusyLoadingError,
    ReadOnlyError,
    NoScriptError,
    OSError,
)
"""Redis cannot be reached, or not used at the moment."""
MISSING_SCRIPT = NoScriptError
WRONG_CREDENTIALS = AuthenticationError


def is_no_group(error: BaseException) -> bool:
    """The consumer group is missing: nothing was ever issued, or the stream was lost."""
    return isinstance(error, ResponseError) and "NOGROUP" in str(error)


def is_unblocked(error: BaseException) -> bool:
    """The stream was deleted under a blocking read."""
    return isinstance(error, ResponseError) and str(error).startswith("UNBLOCKED")


async def backoff(attempt: int, cap_s: float = 2.0) -> None:
    """Wait before try number `attempt` (1, 2, ...): 20 ms doubling up to `cap_s`, half of it
    random."""
    limit = min(cap_s, 0.02 * 2 ** min(attempt, 10))
    await asyncio.sleep(limit / 2 + random.random() * limit / 2)
