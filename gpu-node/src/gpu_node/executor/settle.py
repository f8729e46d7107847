"""Says the last word about a task until Redis has heard it; settle.ts is its twin."""

from collections.abc import Callable

from gpu_node.clock import Clock
from gpu_node.logs import get_logger
from gpu_node.redis.backoff import Backoff
from gpu_node.redis.failures import RedisError, is_no_group, is_unavailable
from gpu_node.redis.steps import Ending, PoolSteps


async def settle_task(
    steps: PoolSteps,
    task_id: str,
    ending: Ending,
    is_pointless: Callable[[], bool],
    *,
    backoff: Backoff,
) -> str | None:
    """`ok`, `closed`, or None where it became pointless, or Redis refused."""
    while not is_pointless():
        try:
            return await steps.settle(task_id, ending)
        except (RedisError, OSError) as error:
            if is_unavailable(error):
                await backoff.wait()
                continue
            if is_no_group(error):
                # The stream was lost with all its entries: the task will be issued anew.
                return "closed"
            get_logger().error("settle refused", task_id=task_id, error=str(error))
            return None
    return None


def deadline(clock: Clock, seconds: float) -> Callable[[], bool]:
    """True once `seconds` have passed."""
    end = clock.elapsed() + seconds
    return lambda: clock.elapsed() > end
