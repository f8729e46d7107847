"""Reads the addresses of Redis and of the object store; the gateway reads them alike
(schemas/config/addresses.json)."""

import re
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import unquote

_HOST = re.compile(r"\[(?=[0-9a-f.]*:)[0-9a-f:.]*\]|[a-z0-9._~-]*", re.IGNORECASE | re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,9}")
_SAID = {
    "redis_scheme": "must begin with redis://, rediss://, unix:// or redis+unix://",
    "store_scheme": "must begin with http:// or https://",
    "no_redis_host": "names no host; a Unix socket is written unix:///path/of/it",
    "no_store_host": "names no host",
    "no_socket": "names no socket: it is written unix:///path/of/it",
    "host": "has a host that cannot be read; an IPv6 address stands in brackets, as in [::1]",
    "port": "has a port that is not a number from 1 to 65535",
    "database": "has a path that is not the number of a database, as in /3",
    "options": "has options after ?, and only db=<number> of a Unix socket is one",
    "user": "names a user without a password",
    "escape": "has a character that must be escaped in a user, password or path, "
    "such as @ as %40 or # as %23",
    "store_path": "has a path, and the store is asked at the root of its address",
    "store_rest": "has a ? or #, and the store is asked at the root of its address",
    "store_user": "has a user or password; keys have variables of their own",
}


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where Redis is: a host and port, or the path of a socket."""

    host: str | None = None
    port: int | None = None
    path: str | None = None
    user: str | None = None
    password: str | None = None
    db: int = 0
    tls: bool = False


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """Where the object store is."""

    host: str
    port: int
    tls: bool


class AddressError(Exception):
    """Says in one sentence, without its subject and without secrets, why an address cannot be
    used."""


def read_redis_address(text: str) -> RedisAddress:
    """What an address means; raises AddressError."""
    match = re.fullmatch(r"(rediss?|(?:redis\+)?unix)://(.*)", text, re.DOTALL)
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
    host, port = _host(where, "no_redis_host")
    # A path instead of a host is a socket that was written wrongly: never dial a host that nobody
    # named.
    if path and not _DIGITS.fullmatch(path):
        _refuse("database")
    return RedisAddress(
        host=host,
        port=port or 6379,
        db=int(path or 0),
        user=user,
        password=password,
        tls=scheme == "rediss",
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


def _refuse(why: str) -> NoReturn:
    raise AddressError(_SAID[why])


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
