"""Whether Redis can be used, and whether it is one that can be."""

from redis.asyncio import Redis

from gpu_node.contracts.keys import Keys
from gpu_node.errors import CannotServe
from gpu_node.redis.failures import RedisError, fault_of, where_of

CLUSTER = "Redis is a cluster, and its address names a single server: write redis+cluster://."
NO_CLUSTER = "Redis is no cluster, and its address is of one: write redis://."


async def refuse_other_kind(client: Redis, *, is_cluster: bool) -> None:
    """Raise CannotServe when the server is not of the kind that its address says; silent while it
    is away, because it may come later."""
    try:
        info = await client.execute_command("INFO", "cluster")
    except (RedisError, OSError):
        return
    if info and str(info.get("cluster_enabled")) != str(int(is_cluster)):
        raise CannotServe(NO_CLUSTER if is_cluster else CLUSTER)


async def check_redis(client: Redis, keys: Keys, shard: str, pool: str) -> str | None:
    """What is wrong with the Redis of a shard, or None. Without a right to ask an answer is enough:
    whether this executor may do what it needs, its announcement shows."""
    try:
        # Never adds anything, because no entry may have this id, but is first refused like all
        # that writes: by replicas, full servers and those without a disk.
        await client.execute_command("XADD", keys.pool_reports(shard, pool), "0-0", "probe", "")
    except (RedisError, OSError) as error:
        if "greater than 0-0" in str(error) or getattr(error, "status_code", "") == "NOPERM":
            return None
        return f"{fault_of(error) or f'Redis did not answer in time{where_of(error)}'}."
    return None
