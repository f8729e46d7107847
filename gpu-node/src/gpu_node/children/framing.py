"""Messages between parent and child: a length of four bytes, then JSON."""

import asyncio
import socket
import struct
from typing import Any

import orjson

Message = dict[str, Any]
MAX_MESSAGE_BYTES = 16 << 20
_HEAD = struct.Struct(">I")


class BadMessage(Exception):
    """The other side sent what is not a message of ours."""


def encode(message: Message) -> bytes:
    """The bytes of a message."""
    body = orjson.dumps(message)
    return _HEAD.pack(len(body)) + body


async def read_message(reader: asyncio.StreamReader) -> Message | None:
    """The next message, or None at the end of the stream."""
    try:
        head = await reader.readexactly(_HEAD.size)
        return _decode(await reader.readexactly(_length(head)))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def receive_message(connection: socket.socket) -> Message | None:
    """The blocking form of `read_message`, for the child."""
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


def _length(head: bytes) -> int:
    (length,) = _HEAD.unpack(head)
    if length > MAX_MESSAGE_BYTES:
        raise BadMessage(f"a message of {length} bytes")
    return length


def _decode(body: bytes) -> Message:
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadMessage("not JSON") from error
    if not isinstance(message, dict):
        raise BadMessage("not an object")
    return message
