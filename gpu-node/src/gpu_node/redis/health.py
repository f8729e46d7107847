"""Whether Redis can be used."""

from redis.asyncio import Redis

from gpu_node.redis.failures import WRONG_CREDENTIALS, RedisError


async def check_redis(client: Redis) -> str | None:
    """What is wrong with Redis, or None. Without a right to PING an answer is enough."""
    try:
        await client.execute_command("PING")
    except WRONG_CREDENTIALS:
        return "Redis refuses the credentials."
    except (RedisError, OSError) as error:
        if "NOPERM" in str(error):
            return None
        return f"Redis cannot be reached: {type(error).__name__}."
    return None
