"""Messages between parent and child: a length of four bytes, then JSON."""

import socket
import struct
from typing import Any

import orjson

Message = dict[str, Any]
MAX_MESSAGE_BYTES = 16 << 20
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


def receive_message(connection: socket.socket) -> Message | None:
    """The next message, or None at the end; for the child, which waits."""
    head = _receive(connection, _HEAD.size)
    body = _receive(connection, _length(head)) if head else None
    return _decode(body) if body else None


def _receive(connection: socket.socket, count: int) -> bytes | None:
    parts: list[bytes] = []
    while count:
        try:
            part = connection.recv(min(count, 1 << 20))
        except ConnectionError:
            return None
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


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
