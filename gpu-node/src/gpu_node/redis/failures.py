"""Names what is wrong with Redis, in the words of the gateway, and which failures pass by
themselves."""

import re

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,
    InvalidResponse,
    MasterDownError,
    MovedError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)

from gpu_node.connection_faults import connection_fault

__all__ = ["RedisError", "ResponseError", "is_no_group", "is_unblocked"]

ELSEWHERE = (ReadOnlyError, BusyLoadingError, MasterDownError, ClusterDownError, MovedError)
"""Answers that another server behind the same address would not give: the connection is made
again."""
MISSING_SCRIPT = NoScriptError

_CLUSTER = "Redis is a cluster, and its address names a single server: write redis+cluster://"
_MOVING = "Redis is moving these keys to another server of its cluster"
_REPLIES = {
    "READONLY": "Redis is a read-only replica",
    "LOADING": "Redis is still loading its data",
    "MASTERDOWN": "Redis is a replica that has lost its primary",
    "CLUSTERDOWN": "Redis is a cluster that is down, or in which nobody has these keys",
    "MOVED": _CLUSTER,
    "CROSSSLOT": _CLUSTER,
    "ASK": _MOVING,
    "TRYAGAIN": _MOVING,
    "OOM": "Redis is full: it has reached its maxmemory",
    "MISCONF": "Redis cannot write its data to disk and takes no more; its log says why",
    "NOREPLICAS": "Redis takes no more until enough replicas are connected",
    "BUSY": "Redis is busy with a script",
    "UNBLOCKED": "Redis has become a replica",
    "NOSCRIPT": "Redis does not have the scripts yet, which a gateway loads",
    "NOAUTH": "Redis wants a password, and its address has none",
    "WRONGPASS": "Redis refuses the user or password of its address",
    "NOPERM": "Redis does not let this user do what is needed",
}
_REMEDIES = {
    "NOAUTH": "correct GPU_NODE_REDIS_URL",
    "WRONGPASS": "correct GPU_NODE_REDIS_URL",
}
"""What mends them, where the words above do not say it."""
_NO_ROOM = re.compile(r"MISCONF .*(No space left on device|Disk quota exceeded)")
_DISK_FULL = "The disk of Redis is full: free some room on it, and all goes on by itself"
_PARTS = {
    "DB index is out of range": "Redis does not have the database of its address",
    "max number of clients": "Redis takes no more connections",
    "without any password configured": "Redis has no password, and its address has one: "
    "correct GPU_NODE_REDIS_URL",
}
_OTHER_PROTOCOL = (
    "Redis answers in another protocol; perhaps it expects TLS and its address asks for none"
)
_CLOSED = "Redis closes the connection; perhaps it expects TLS and its address asks for none"


def fault_of(error: BaseException) -> str | None:
    """What is wrong, with the server's or system's own word for it, and on which server of a
    cluster; None where nothing is known of it."""
    sentence, place = sentence_of(error), place_of(error)
    return f"{sentence}: {place}" if sentence and place else sentence


def place_of(error: BaseException) -> str:
    """`shard s1 on 10.0.0.2:6379` where the error is about one server of a cluster, else empty."""
    return next(iter(getattr(error, "__notes__", [])), "")


def sentence_of(error: BaseException) -> str | None:
    """The same as `fault_of`, wherever it is."""
    word = _word(error)
    if word in _REPLIES:
        is_full = _NO_ROOM.match(str(error)) is not None
        remedy = f": {_REMEDIES[word]}" if word in _REMEDIES else ""
        return f"{_DISK_FULL if is_full else _REPLIES[word]} ({word}){remedy}"
    text = str(error)
    for part, sentence in _PARTS.items():
        if part in text:
            return sentence
    if isinstance(error, InvalidResponse) or "Protocol error" in text:
        return _OTHER_PROTOCOL
    if found := connection_fault(error, "Redis"):
        return found
    return _CLOSED if isinstance(error, ConnectionError) and "closed" in text.lower() else None


def is_unavailable(error: BaseException) -> bool:
    """Whether Redis could not be reached or cannot serve as it is set up; its other answers are
    our mistakes."""
    if isinstance(error, ResponseError):
        return fault_of(error) is not None
    return isinstance(error, (RedisError, OSError))


def is_no_group(error: BaseException) -> bool:
    """The consumer group is missing: nothing was ever issued, or the stream was lost."""
    return isinstance(error, ResponseError) and "NOGROUP" in str(error)


def is_unblocked(error: BaseException) -> bool:
    """The stream was deleted under a blocking read."""
    is_it = isinstance(error, ResponseError) and str(error).startswith("UNBLOCKED")
    return is_it and "instance state changed" not in str(error)


def _word(error: BaseException) -> str:
    """The first word of the server's answer; the client keeps those it knows beside the text."""
    if isinstance(error, ClusterDownError):
        return "MASTERDOWN" if isinstance(error, MasterDownError) else "CLUSTERDOWN"
    if not isinstance(error, (ResponseError, AuthenticationError, BusyLoadingError)):
        return ""
    return str(getattr(error, "status_code", None) or str(error).split(" ", 1)[0])
