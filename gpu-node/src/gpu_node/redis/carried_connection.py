"""A connection of the Redis client that goes through an edge, inside a WebSocket."""

import ssl
from typing import Any

from redis.asyncio.connection import AbstractConnection

from gpu_node.addresses import ServiceToken
from gpu_node.redis.carried_reader import CarriedParser
from gpu_node.redis.carrier import open_carrier


class CarriedConnection(AbstractConnection):
    """Differs from its siblings in how its stream is opened and read."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        token: ServiceToken | None,
        tls: ssl.SSLContext,
        **rest: Any,
    ) -> None:
        self.host = host
        self.port = port
        self._token = token
        self._tls = tls
        super().__init__(**rest, parser_class=CarriedParser)

    def repr_pieces(self) -> Any:
        """Without the token: it ends in logs."""
        return [("host", self.host), ("port", self.port), ("db", self.db)]

    async def _connect(self) -> None:
        within_s = self.socket_connect_timeout
        self._reader, self._writer = await open_carrier(
            (self.host, self.port), self._token, self._tls, within_s
        )

    def _host_error(self) -> str:
        return f"the edge at {self.host}:{self.port}"
