"""Makes the Redis clients: commands are repeated when a connection dies, blocking reads never
are."""

from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff

Client = Redis
"""What those hold who need not know the library."""

COMMAND_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 5.0
# A read is given this long beyond its BLOCK before the socket counts as dead.
READ_SLACK_S = 2.0


def create_command_client(url: str, connections: int = 32) -> Redis:
    """A client for short commands; each of them is safe to run twice, so it repeats them."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=COMMAND_TIMEOUT_S,
        socket_timeout=COMMAND_TIMEOUT_S,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        health_check_interval=15,
        retry=Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.5), 3),
        protocol=2,
        decode_responses=False,
    )
    return Redis.from_pool(pool)


def create_reader_client(url: str, block_ms: int) -> Redis:
    """A client of one connection for blocking reads of `block_ms`; a failure is the reader's to
    handle."""
    pool = ConnectionPool.from_url(
        url,
        max_connections=1,
        socket_timeout=block_ms / 1000 + READ_SLACK_S,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        health_check_interval=0,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        decode_responses=False,
    )
    return Redis.from_pool(pool)


def create_listener(url: str) -> Redis:
    """A client for Pub/Sub; its own loop connects again."""
    pool = ConnectionPool.from_url(
        url,
        max_connections=1,
        socket_timeout=None,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        decode_responses=False,
    )
    return Redis.from_pool(pool)
