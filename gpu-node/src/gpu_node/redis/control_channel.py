"""Listens to a pool's control channels; what is lost there, the answers of renew and report say as
well; control-channel.ts is its twin."""

from collections.abc import Callable, Sequence

from redis.asyncio import Redis

from gpu_node.contracts.keys import Keys
from gpu_node.logs import get_logger
from gpu_node.redis.backoff import Backoff
from gpu_node.redis.failures import RedisError
from gpu_node.redis.steps import text

POLL_S = 10.0


async def listen_to_control(
    client: Redis,
    keys: Keys,
    shards: Sequence[str],
    *,
    pool: str,
    on_cancel: Callable[[str], None],
    backoff: Backoff,
) -> None:
    """Hand the task id of each `cancel <task>` to `on_cancel`, for ever."""
    channels = [keys.channel_pool_control(shard, pool) for shard in shards]
    while True:
        pubsub = client.pubsub(ignore_subscribe_messages=True)
        try:
            await pubsub.subscribe(*channels)
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=POLL_S)
                backoff.reset()
                if message is None:
                    # Notices a socket that no longer answers.
                    await pubsub.ping()
                    continue
                order, _, task_id = text(message["data"]).partition(" ")
                if order == "cancel":
                    on_cancel(task_id)
        except (RedisError, OSError, TimeoutError) as error:
            get_logger().debug("control channel lost", error=str(error)[:500])
            await backoff.wait()
        finally:
            await pubsub.aclose()
