"""What is wrong with several shards, said once for all that have it; redis-check.ts has the same
for gateways."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from redis.exceptions import TimeoutError as RedisTimeoutError

from gpu_node.redis.failures import place_of, sentence_of

LATE = "Redis did not answer in time"

_PLACE = re.compile(r"shard (\S+)(?: on (.*))?")


class Trouble(NamedTuple):
    """A sentence without its full stop, and with which shard of a cluster it is."""

    sentence: str
    place: str = ""

    @property
    def shard(self) -> str:
        """Which it is, wherever that lies; empty for a single server."""
        return self.place.partition(" on ")[0]


def trouble_of(error: BaseException) -> Trouble:
    """What an answer, or none, tells."""
    is_late = isinstance(error, (TimeoutError, RedisTimeoutError))
    otherwise = LATE if is_late else (str(error) or type(error).__name__)[:500]
    return Trouble(sentence_of(error) or otherwise, place_of(error))


def together(troubles: Sequence[Trouble]) -> str:
    """`What is wrong: shards s0, s1 on 10.0.0.2:6379; shard s2 on 10.0.0.3:6379`."""
    alike: dict[str, list[str]] = {}
    for sentence, place in troubles:
        alike.setdefault(sentence, []).append(place)
    return ". ".join(f"{sentence}{_where(places)}" for sentence, places in alike.items())


def _where(places: Sequence[str]) -> str:
    on: dict[str, list[str]] = {}
    for place in dict.fromkeys(places):
        if found := _PLACE.fullmatch(place):
            on.setdefault(found[2] or "", []).append(found[1])
    named = [
        f"shard{'s' if len(shards) > 1 else ''} {', '.join(shards)}{server and f' on {server}'}"
        for server, shards in on.items()
    ]
    return f": {'; '.join(named)}" if named else ""
