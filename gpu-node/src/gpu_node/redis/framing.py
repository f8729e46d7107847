"""What the Redis client writes to in place of a socket: its bytes leave in frames."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from websockets.client import ClientProtocol
from websockets.frames import CloseCode
from websockets.protocol import State

from gpu_node.redis.frame_writer import Bytes, frames_of


class Framing(asyncio.Transport):
    """Takes bytes for the other side as long as the WebSocket is open."""

    def __init__(
        self, wire: asyncio.Transport, socket: ClientProtocol, flush: Callable[[], None]
    ) -> None:
        """`flush` sends what the WebSocket itself has to say."""
        super().__init__()
        self._wire = wire
        self._socket = socket
        self._flush = flush

    def write(self, data: Bytes) -> None:
        self.writelines((data,))

    def writelines(self, list_of_data: Iterable[Bytes]) -> None:
        if self._socket.state is not State.OPEN:
            return
        for frame in frames_of(list_of_data):
            self._wire.write(frame)

    def close(self) -> None:
        if self._socket.state is State.OPEN:
            self._socket.send_close(CloseCode.NORMAL_CLOSURE)
            self._flush()
        self._wire.close()

    def get_write_buffer_size(self) -> int:
        return self._wire.get_write_buffer_size()

    def is_closing(self) -> bool:
        return self._wire.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._wire.get_extra_info(name, default)
