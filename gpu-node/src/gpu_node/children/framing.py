"""Messages between parent and child: a length of four bytes, then JSON."""

import socket
import struct
from collections import deque
from typing import Any

import orjson

Message = dict[str, Any]
MAX_MESSAGE_BYTES = 16 << 20
_AT_ONCE = 1 << 16
_HEAD = struct.Struct(">I")


class BadMessage(Exception):
    """The other side sent what is not a message of ours."""


class Frames:
    """Takes messages apart as they come, in pieces of any size."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def take(self, data: bytes) -> list[Message]:
        """The messages that are whole now; raises BadMessage."""
        kept: bytes | bytearray = data
        if self._kept:
            self._kept += data
            kept = self._kept
        found: list[Message] = []
        at = 0
        while len(kept) - at >= _HEAD.size:
            start = at + _HEAD.size
            end = start + _length(kept[at:start])
            if end > len(kept):
                break
            found.append(_decode(kept[start:end]))
            at = end
        if kept is data:
            self._kept += data[at:]
        else:
            del self._kept[:at]
        return found


def encode(message: Message) -> bytes:
    """The bytes of a message."""
    body = orjson.dumps(message)
    return _HEAD.pack(len(body)) + body


class Incoming:
    """What comes over a socket, one message after the other; for the child, which waits."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._frames = Frames()
        self._messages: deque[Message] = deque()

    def next(self) -> Message | None:
        """None at the end; raises BlockingIOError where the socket waits no longer."""
        while not self._messages:
            try:
                data = self._connection.recv(_AT_ONCE)
            except ConnectionError:
                return None
            if not data:
                return None
            self._messages.extend(self._frames.take(data))
        return self._messages.popleft()


def _length(head: bytes | bytearray) -> int:
    (length,) = _HEAD.unpack(head)
    if length > MAX_MESSAGE_BYTES:
        raise BadMessage(f"a message of {length} bytes")
    return length


def _decode(body: bytes | bytearray) -> Message:
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadMessage("not JSON") from error
    if not isinstance(message, dict):
        raise BadMessage("not an object")
    return message
