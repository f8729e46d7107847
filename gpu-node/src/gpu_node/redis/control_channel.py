"""Listens to a pool's control channels; what is lost there, the answers of renew, report and
announce say as well, or the end of a lease; control-channel.ts is its twin."""

from collections.abc import Callable, Mapping, Sequence

from redis.asyncio import Redis

from gpu_node.contracts.keys import Keys
from gpu_node.logs import get_logger
from gpu_node.redis.backoff import Backoff
from gpu_node.redis.failures import RedisError
from gpu_node.redis.steps import text

POLL_S = 30.0
"""A quiet socket is asked: it may be open on this side alone. Each question costs bytes."""


async def listen_to_control(
    client: Redis,
    keys: Keys,
    shards: Sequence[str],
    *,
    pool: str,
    handlers: Mapping[str, Callable[[str], None]],
    backoff: Backoff,
) -> None:
    """Hand what follows the first word of each message, as in `cancel <task>`, to the handler of
    that word, for ever."""
    channels = [keys.channel_pool_control(shard, pool) for shard in shards]
    while True:
        pubsub = client.pubsub(ignore_subscribe_messages=True)
        try:
            await pubsub.subscribe(*channels)
            is_asked = False
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=POLL_S)
                if message is None:
                    # A socket may be open on this side alone.
                    if is_asked:
                        raise TimeoutError("no answer to a ping")
                    await pubsub.ping()
                    is_asked = True
                    continue
                backoff.reset()
                is_asked = False
                order, _, name = text(message["data"]).partition(" ")
                if handler := handlers.get(order):
                    handler(name)
        except (RedisError, OSError, TimeoutError) as error:
            get_logger().debug("control channel lost", error=str(error)[:500])
            await backoff.wait()
        finally:
            await pubsub.aclose()
