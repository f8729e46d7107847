"""Whether Redis can be used, and whether it is one that can be; redis-check.ts has the same for
gateways."""

import asyncio
from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from gpu_node.clock import Clock, within
from gpu_node.contracts.keys import Keys
from gpu_node.errors import CannotServe
from gpu_node.redis.failures import RedisError
from gpu_node.redis.troubles import LATE, Trouble, together, trouble_of

CLUSTER = "Redis is a cluster, and its address names a single server: write redis+cluster://."
NO_CLUSTER = "Redis is no cluster, and its address is of one: write redis://."
OLD = "Redis is version {}, but must be 7.0 or newer, or Valkey 7.2 or newer: update the server."

CHECK_S = 2.5
"""Less than a look at all has."""
_OLDEST = 7
"""Of what it counts its own versions by, and Valkey beside them."""


async def refuse_unfit(client: Redis, *, is_cluster: bool) -> None:
    """Raise CannotServe when no setting would mend the server, or it is not of the kind that its
    address says; silent while it is away, because it may come later."""
    try:
        unfit = await _why_unfit(client, is_cluster)
    except (RedisError, OSError):
        return
    if unfit:
        raise CannotServe(unfit)


async def check_redis(
    clients: Mapping[str, Redis], keys: Keys, pool: str, *, is_cluster: bool, clock: Clock
) -> str | None:
    """What is wrong with Redis, by shard, or None. Without a right to ask an answer is enough:
    whether this executor may do what it needs, its announcement shows."""

    async def look(shard: str, client: Redis) -> Trouble | None:
        place = f"shard {shard}" if is_cluster else ""
        try:
            async with within(clock, CHECK_S):
                return await _trouble(client, keys.pool_reports(shard, pool), place, is_cluster)
        except TimeoutError:
            return Trouble(LATE, place)

    found = await asyncio.gather(*(look(*item) for item in clients.items()))
    troubles = [trouble for trouble in found if trouble]
    return f"{together(troubles)}." if troubles else None


async def _trouble(client: Redis, reports: str, place: str, is_cluster: bool) -> Trouble | None:
    try:
        if unfit := await _why_unfit(client, is_cluster):
            return Trouble(unfit.removesuffix("."), place)
        # Never adds anything, because no entry may have this id, but is first refused like all
        # that writes: by replicas, full servers and those without a disk.
        await client.execute_command("XADD", reports, "0-0", "probe", "")
    except (RedisError, OSError) as error:
        if "greater than 0-0" in str(error) or getattr(error, "status_code", "") == "NOPERM":
            return None
        return trouble_of(error)
    return None


async def _why_unfit(client: Redis, is_cluster: bool) -> str | None:
    """By HELLO, which is the one that every user may ask."""
    try:
        about = _fields(await client.execute_command("HELLO"))
    except ResponseError as error:
        if "unknown command" not in str(error).lower():
            raise
        return OLD.format("5 or older")
    if (about.get("mode") == "cluster") != is_cluster and "mode" in about:
        return NO_CLUSTER if is_cluster else CLUSTER
    version = about.get("version", "")
    first = version.split(".", 1)[0]
    return OLD.format(version) if first.isdecimal() and int(first) < _OLDEST else None


def _fields(answer: Any) -> dict[str, str]:
    """Names and values by turns, or a mapping; nothing of what is neither."""
    if isinstance(answer, Mapping):
        pairs: Any = answer.items()
    elif isinstance(answer, list):
        pairs = zip(answer[::2], answer[1::2], strict=False)
    else:
        pairs = ()
    return {_text(name): _text(value) for name, value in pairs}


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
