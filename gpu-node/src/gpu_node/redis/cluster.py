"""Finds on which server of a cluster a shard lies, and makes connections that lead there;
cluster-map.ts and connection.ts are its twins."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from redis.asyncio.connection import Connection, SSLConnection
from redis.crc import key_slot
from redis.exceptions import MovedError, RedisError

from gpu_node.addresses import Place

_ASK_S = 1.0
"""Shorter than a command may wait, so that it is sent to whom another server names."""


class Home:
    """Where the connections of one shard lead, or, without a shard, any server that answers: what
    is published on one is heard on all."""

    def __init__(
        self, seeds: Sequence[Place], common: Mapping[str, Any], shard: str | None, *, tls: bool
    ) -> None:
        """`common` is what connections to all servers have in common."""
        timeouts = {"socket_connect_timeout": _ASK_S, "socket_timeout": _ASK_S}
        self._ways: dict[str, Any] = {**common, **timeouts}
        self._kind = SSLConnection if tls else Connection
        self._seeds = seeds
        self._slot = None if shard is None else key_slot(b"{%s}" % shard.encode())
        self._servers = list(seeds)
        self._latest = seeds[0]
        self._moved: Place | None = None
        self.name = "subscriptions" if shard is None else f"shard {shard}"

    async def find(self) -> Place:
        """Where it lies, or where that can be learned; never fails, so that the connection says
        what is wrong."""
        moved, self._moved = self._moved, None
        if moved:
            return moved
        asked = [
            asyncio.ensure_future(self._ask(place))
            for place in dict.fromkeys([*self._servers, *self._seeds])
        ]
        try:
            for answer in asyncio.as_completed(asked):
                try:
                    self._latest = await answer
                    break
                except (RedisError, OSError):
                    continue
        finally:
            for question in asked:
                question.cancel()
        return self._latest

    def moved(self, place: Place) -> None:
        """What a server said of a shard that it does not have; believed once, because the others
        may not know it yet."""
        self._moved = place

    async def _ask(self, place: Place) -> Place:
        """Who has the shard, by what one server says; itself where nobody has it, so that it says
        so."""
        server = self._kind(host=place.host, port=place.port, **self._ways)
        try:
            await server.connect()
            await server.send_command("CLUSTER", "SLOTS")
            rows: Any = await server.read_response()
        finally:
            await server.disconnect(nowait=True)
        found = [(first, last, _place(primary, place)) for first, last, primary, *_ in rows]
        self._servers = [each for _, _, each in found]
        slot = self._slot
        if slot is None:
            return place
        return next((each for first, last, each in found if first <= slot <= last), place)


class _AtHome(Connection):
    """Asks before each attempt where its server is."""

    def __init__(self, *, home: Home, **rest: Any) -> None:
        self._home = home
        super().__init__(host="", port=0, **rest)

    async def _connect(self) -> None:
        place = await self._home.find()
        self.host, self.port = place.host, place.port
        await super()._connect()

    async def connect_check_health(self, *args: Any, **options: Any) -> None:
        try:
            await super().connect_check_health(*args, **options)
        except (RedisError, OSError) as error:
            self._place(error)
            raise

    async def read_response(self, *args: Any, **options: Any) -> Any:
        try:
            return await super().read_response(*args, **options)
        except MovedError as error:
            self._home.moved(Place(error.host or self.host, error.port))
            raise
        except (RedisError, OSError) as error:
            self._place(error)
            raise

    def _place(self, error: Exception) -> None:
        error.__notes__ = [f"{self._home.name} on {self.host}:{self.port}"]


class ClusterConnection(_AtHome):
    """To the server of a shard, in the clear."""


class TlsClusterConnection(_AtHome, SSLConnection):
    """To the server of a shard, by TLS."""


def _place(primary: Sequence[Any], asked: Place) -> Place:
    """A server that does not know its own name is where it was asked."""
    endpoint, port = primary[0], int(primary[1])
    host = endpoint.decode() if isinstance(endpoint, bytes) else endpoint or ""
    return Place(host if host not in ("", "?") else asked.host, port)
