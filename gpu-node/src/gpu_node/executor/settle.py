"""Says the last word about a task until Redis has heard it; settle.ts is its twin."""

import time
from collections.abc import Callable

from gpu_node.logs import get_logger
from gpu_node.redis.failures import RedisError, backoff, is_no_group, is_unavailable
from gpu_node.redis.steps import PoolSteps, Settlement


async def settle_task(
    steps: PoolSteps, task_id: str, settlement: Settlement, is_pointless: Callable[[], bool]
) -> str | None:
    """`ok`, `closed`, or None where it became pointless, or Redis refused."""
    failures = 0
    while not is_pointless():
        try:
            return await steps.settle(task_id, settlement)
        except (RedisError, OSError) as error:
            if is_unavailable(error):
                failures += 1
                await backoff(failures)
                continue
            if is_no_group(error):
                # The stream was lost with all its entries: the task will be issued anew.
                return "closed"
            get_logger().error("settle refused", task_id=task_id, error=str(error))
            return None
    return None


def deadline(seconds: float) -> Callable[[], bool]:
    """True once `seconds` have passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end
