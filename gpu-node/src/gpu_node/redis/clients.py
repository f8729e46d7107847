"""Makes the Redis clients: commands are repeated when a connection dies, blocking reads never
are."""

import ssl
from typing import Any

from redis.asyncio import (
    BlockingConnectionPool,
    Connection,
    ConnectionPool,
    Redis,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff

from gpu_node.addresses import ServiceToken, read_redis_address
from gpu_node.contracts.wire import DEFAULTS, EXECUTOR
from gpu_node.redis.carried_connection import CarriedConnection
from gpu_node.redis.cluster import ClusterConnection, Home, TlsClusterConnection
from gpu_node.redis.failures import ELSEWHERE

Client = Redis
"""What those hold who need not know the library."""

COMMAND_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 5.0
CHECK_IDLE_S = 2 * DEFAULTS["announce_ms"] / 1000
# A read is given this long beyond its BLOCK before the socket counts as dead.
READ_SLACK_S = EXECUTOR["read_slack_ms"] / 1000


def create_command_client(
    url: str, token: ServiceToken | None = None, *, shard: str = "s0", connections: int = 32
) -> Redis:
    """A client for short commands; each of them is safe to run twice, so it repeats them. In a
    cluster for those of one shard."""
    pool = BlockingConnectionPool(
        **_place(url, token, shard),
        max_connections=connections,
        timeout=COMMAND_TIMEOUT_S,
        # In a cluster another may have the place of a server that hangs, which each of the
        # connections finds out for itself.
        socket_timeout=READ_SLACK_S if is_cluster(url) else COMMAND_TIMEOUT_S,
        # Rarer than signs of life, so that these are not preceded by a question each.
        health_check_interval=CHECK_IDLE_S,
        retry=Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.5), 3),
        # Each try is on a connection of its own, which may lead to another server.
        retry_on_error=list(ELSEWHERE),
    )
    return Redis.from_pool(pool)


def create_reader_client(
    url: str, block_ms: int, token: ServiceToken | None = None, *, shard: str = "s0"
) -> Redis:
    """A client of one connection for blocking reads of `block_ms` from one shard; a failure is the
    reader's to handle."""
    pool = ConnectionPool(
        **_place(url, token, shard),
        max_connections=1,
        socket_timeout=block_ms / 1000 + READ_SLACK_S,
        health_check_interval=0,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis.from_pool(pool)


def create_listener(url: str, token: ServiceToken | None = None) -> Redis:
    """A client for Pub/Sub; its own loop connects again."""
    pool = ConnectionPool(
        **_place(url, token, None),
        max_connections=1,
        socket_timeout=None,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis.from_pool(pool)


def is_cluster(url: str) -> bool:
    """Whether it takes a client of its own to reach each shard."""
    return bool(read_redis_address(url).cluster)


def _place(url: str, token: ServiceToken | None, shard: str | None) -> dict[str, Any]:
    """What all connections have in common; to a cluster those of one shard, or of no certain
    one."""
    address = read_redis_address(url)
    common: dict[str, Any] = {
        "username": address.user,
        "password": address.password,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "protocol": 2,
        "decode_responses": False,
    }
    if address.cluster:
        home = Home(address.cluster, common, shard, tls=address.tls)
        kind = TlsClusterConnection if address.tls else ClusterConnection
        return common | {"connection_class": kind, "home": home}
    common["db"] = address.db
    if address.path is not None:
        return common | {"connection_class": UnixDomainSocketConnection, "path": address.path}
    common |= {"host": address.host, "port": address.port}
    if address.carried:
        # Trusts what the system trusts, and SSL_CERT_FILE.
        tls = ssl.create_default_context()
        return common | {"connection_class": CarriedConnection, "token": token, "tls": tls}
    return common | {"connection_class": SSLConnection if address.tls else Connection}
