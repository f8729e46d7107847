"""Reads the addresses of Redis, of the object store and of a gateway at the edge; the gateway reads
the first two alike (schemas/config/addresses.json)."""

import re
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import unquote

_HOST = re.compile(r"\[(?=[0-9a-f.]*:)[0-9a-f:.]*\]|[a-z0-9._~-]*", re.IGNORECASE | re.ASCII)
_REDIS = r"(rediss?(?:\+cluster)?|redis\+wss|(?:redis\+)?unix)://(.*)"
_DIGITS = re.compile(r"[0-9]{1,9}")
_SAID = {
    "redis_scheme": "must begin with redis://, rediss://, redis+cluster://, rediss+cluster://, "
    "unix:// or redis+unix://, or at a gpu-node with redis+wss://",
    "store_scheme": "must begin with http:// or https://",
    "no_redis_host": "names no host; a Unix socket is written unix:///path/of/it",
    "no_store_host": "names no host",
    "no_socket": "names no socket: it is written unix:///path/of/it",
    "host": "has a host that cannot be read; an IPv6 address stands in brackets, as in [::1]",
    "port": "has a port that is not a number from 1 to 65535",
    "database": "has a path that is not the number of a database, as in /3",
    "cluster_database": "has a path, and a cluster has one database only",
    "options": "has options after ?, and only db=<number> of a Unix socket is one",
    "user": "names a user without a password",
    "escape": "has a character that must be escaped in a user, password or path, "
    "such as @ as %40 or # as %23",
    "store_path": "has a path, and the store is asked at the root of its address",
    "store_rest": "has a ? or #, and the store is asked at the root of its address",
    "drain_scheme": "must begin with https:// or http://",
    "no_drain_host": "names no host",
    "drain_rest": "has more than a host and a port, and what is asked there is known",
    "no_token": "names no token: it is written https://drain:<token>@jobs.example.org",
    "store_user": "has a user or password; keys have variables of their own",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A server that listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where Redis is: a host and port, the path of a socket, or some servers of a cluster, which
    name the others."""

    host: str | None = None
    port: int | None = None
    path: str | None = None
    user: str | None = None
    password: str | None = None
    db: int = 0
    tls: bool = False
    carried: bool = False
    """Inside a WebSocket, through an edge at that host."""
    cluster: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """Where the object store is."""

    host: str
    port: int
    tls: bool


@dataclass(frozen=True, slots=True)
class DrainAddress:
    """Where a gateway without a driver is told that there is mail, and with what right."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """What an edge wants to see before it passes anything on."""

    client_id: str
    client_secret: str = field(repr=False)


class AddressError(Exception):
    """Says in one sentence, without its subject and without secrets, why an address cannot be
    used."""


def read_redis_address(text: str) -> RedisAddress:
    """What an address means; raises AddressError."""
    match = re.fullmatch(_REDIS, text, re.DOTALL)
    if not match:
        _refuse("redis_scheme")
    scheme, rest = match[1], match[2]
    if re.search(r"[#\s]", rest):
        _refuse("escape")
    before, asks, options = rest.partition("?")
    login, _, place = before.rpartition("@")
    if "@" in login or "/" in login:
        _refuse("escape")
    user, password = _login(login)
    if scheme.endswith("unix"):
        path, db = _socket(place, options if asks else None)
        return RedisAddress(path=path, db=db, user=user, password=password)
    if asks:
        _refuse("options")
    where, _, path = place.partition("/")
    if scheme.endswith("+cluster"):
        if path:
            _refuse("cluster_database")
        servers = tuple(Place(*_redis_host(each)) for each in where.split(","))
        is_tls = scheme.startswith("rediss")
        return RedisAddress(cluster=servers, tls=is_tls, user=user, password=password)
    default = 443 if scheme == "redis+wss" else 6379
    host, port = _redis_host(where, default)
    # A path instead of a host is a socket that was written wrongly: never dial a host that nobody
    # named.
    if path and not _DIGITS.fullmatch(path):
        _refuse("database")
    return RedisAddress(
        host=host,
        port=port,
        db=int(path or 0),
        user=user,
        password=password,
        tls=scheme != "redis",
        carried=scheme == "redis+wss",
    )


def read_store_address(text: str) -> StoreAddress:
    """What an address means; raises AddressError."""
    match = re.fullmatch(r"(https?)://(.*)", text, re.DOTALL)
    if not match:
        _refuse("store_scheme")
    tls, rest = match[1] == "https", match[2]
    if "?" in rest or "#" in rest:
        _refuse("store_rest")
    place, _, path = rest.partition("/")
    if "@" in place:
        _refuse("store_user")
    host, port = _host(place, "no_store_host")
    if path:
        _refuse("store_path")
    return StoreAddress(host, port or (443 if tls else 80), tls)


def read_drain_address(text: str) -> DrainAddress:
    """What an address means; raises AddressError."""
    match = re.fullmatch(r"(https?)://(.*)", text, re.DOTALL)
    if not match:
        _refuse("drain_scheme")
    login, _, place = match[2].rpartition("@")
    if re.search(r"[#\s?@/]", login):
        _refuse("escape")
    where, _, rest = place.partition("/")
    host, port = _host(where, "no_drain_host")
    if rest or re.search(r"[?#]", place):
        _refuse("drain_rest")
    _, token = _login(login)
    if not token:
        _refuse("no_token")
    host = f"[{host}]" if ":" in host else host
    default = 443 if match[1] == "https" else 80
    return DrainAddress(f"{match[1]}://{host}:{port or default}/internal/drain", token)


def _refuse(why: str) -> NoReturn:
    raise AddressError(_SAID[why])


def _redis_host(text: str, default: int = 6379) -> tuple[str, int]:
    host, port = _host(text, "no_redis_host")
    return host, port or default


def _host(text: str, none: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([^:]*))?", text, re.DOTALL)
    if not match:
        _refuse("host")
    host, port = match[1], match[2]
    if not host:
        _refuse(none)
    if not _HOST.fullmatch(host):
        _refuse("host")
    bare = host.removeprefix("[").removesuffix("]")
    if port is None:
        return bare, None
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65_535:
        _refuse("port")
    return bare, int(port)


def _login(login: str) -> tuple[str | None, str | None]:
    if not login:
        return None, None
    user, _, password = login.partition(":")
    if not password:
        _refuse("user")
    return _unescaped(user) or None, _unescaped(password)


def _socket(path: str, options: str | None) -> tuple[str, int]:
    if not path.startswith("/") or path == "/":
        _refuse("no_socket")
    db = 0
    if options is not None:
        name, _, number = options.partition("=")
        if name != "db" or not _DIGITS.fullmatch(number):
            _refuse("options")
        db = int(number)
    return _unescaped(path), db


def _unescaped(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        _refuse("escape")
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        _refuse("escape")
