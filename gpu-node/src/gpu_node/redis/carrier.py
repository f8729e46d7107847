"""Opens byte streams inside a WebSocket, as `cloudflared access tcp` does: one for each connection,
binary frames that are nothing but the bytes."""

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any, cast

from websockets.client import ClientProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from gpu_node import __version__
from gpu_node.addresses import ServiceToken
from gpu_node.connection_faults import EdgeFault
from gpu_node.redis.edge_answers import CUT, NO_TUNNEL, SILENT, close_sentence, refusal_sentence
from gpu_node.redis.frame_reader import FrameReader, NoFrame

_IN_A_FRAME = 65_536 - 8
"""Some edges lose frames above 64 KiB, and so much with its head fills four records of TLS."""
_AT_ONCE = 262_144
"""Bytes that are read at once: as many as the loop takes from the system."""
_GOODBYE_S = 3


async def open_carrier(
    place: tuple[str, int],
    token: ServiceToken | None,
    context: ssl.SSLContext,
    within_s: float | None,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A stream to what lies behind the edge at this host and port; raises OSError, and EdgeFault
    where the edge is there and passes nothing on."""
    loop = asyncio.get_running_loop()
    carrier = _Carrier(place, token, loop)
    transport: asyncio.Transport | None = None
    try:
        async with asyncio.timeout(within_s):  # noqa: TID251 - a connection of the machine
            transport, _ = await loop.create_connection(
                lambda: carrier, *place, ssl=context, ssl_shutdown_timeout=_GOODBYE_S
            )
            await carrier.opened
    except BaseException as error:
        if transport:
            transport.abort()
        if isinstance(error, TimeoutError):
            raise EdgeFault(SILENT) from None
        raise
    framing = _Framing(transport, carrier)
    return carrier.reader, asyncio.StreamWriter(framing, carrier.ends, carrier.reader, loop)


class _Carrier(asyncio.BufferedProtocol):
    """Speaks with the edge; what is in its frames goes to `reader`. TLS reads into a buffer of its
    own: without one it makes room for 256 KiB for each record, which takes six times as long as
    deciphering a short one."""

    def __init__(
        self,
        place: tuple[str, int],
        token: ServiceToken | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.reader = asyncio.StreamReader(loop=loop)
        self.ends = asyncio.StreamReaderProtocol(self.reader, loop=loop)
        """What the writer asks whether it may go on, and whether all is over."""
        self._room = memoryview(bytearray(_AT_ONCE))
        host, port = place
        host = f"[{host}]" if ":" in host else host
        self.socket = ClientProtocol(parse_uri(f"wss://{host}:{port}/"))
        self.opened: asyncio.Future[None] = loop.create_future()
        # Nobody waits any more for what fails after it was given up.
        self.opened.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._frames = FrameReader(self.reader.feed_data)
        self._token = token
        self._wire: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.ends.connection_made(transport)
        # uvloop's are no subclasses.
        self._wire = cast(asyncio.Transport, transport)
        request = self.socket.connect()
        request.headers["User-Agent"] = f"myspinbot-gpu-node/{__version__}"
        if self._token:
            request.headers["CF-Access-Client-Id"] = self._token.client_id
            request.headers["CF-Access-Client-Secret"] = self._token.client_secret
        self.socket.send_request(request)
        self.flush()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        data = self._room[:nbytes]
        if not self.opened.done():
            data = memoryview(self._open(bytes(data)))
        try:
            others = self._frames.read(data)
        except NoFrame:
            self._fail(NO_TUNNEL)
            return
        if others:
            self.socket.receive_data(others)
            self._look()

    def eof_received(self) -> bool:
        self.socket.receive_eof()
        self._look()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self._fail(CUT)
        if self.reader.exception() is None and not isinstance(exc, OSError):
            self.reader.set_exception(EdgeFault(CUT))
        self.ends.connection_lost(exc)
        # One that only failed would still count as open.
        self.reader.feed_eof()

    def pause_writing(self) -> None:
        self.ends.pause_writing()

    def resume_writing(self) -> None:
        self.ends.resume_writing()

    def flush(self) -> None:
        """Send what the WebSocket itself has to say."""
        wire = self._wire
        if wire is None or wire.is_closing():
            return
        for data in self.socket.data_to_send():
            if data:
                wire.write(data)

    def _open(self, data: bytes) -> bytes:
        """Line by line, as an answer is written: what comes behind it is frames."""
        lines = iter(data.splitlines(keepends=True))
        for line in lines:
            self.socket.receive_data(line)
            self._look()
            if self.opened.done():
                break
        return b"".join(lines)

    def _look(self) -> None:
        """After each thing heard: answers pings, and sees whether the edge has opened or closed."""
        self.flush()
        state, fault = self.socket.state, self.socket.handshake_exc
        if fault is not None:
            self._fail(refusal_sentence(fault, self._token is not None))
        elif state is State.OPEN:
            if not self.opened.done():
                self.opened.set_result(None)
        elif state is not State.CONNECTING:
            self._fail(close_sentence(self.socket.close_rcvd))

    def _fail(self, sentence: str) -> None:
        error = EdgeFault(sentence)
        if not self.opened.done():
            self.opened.set_exception(error)
        if self.reader.exception() is None:
            self.reader.set_exception(error)
        if self._wire:
            self._wire.close()


class _Framing(asyncio.Transport):
    """Takes bytes for the other side, and puts them into frames."""

    def __init__(self, wire: asyncio.Transport, carrier: _Carrier) -> None:
        super().__init__()
        self._wire = wire
        self._carrier = carrier

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._carrier.socket.state is not State.OPEN:
            return
        view = memoryview(data)
        for start in range(0, len(view), _IN_A_FRAME):
            frame = Frame(Opcode.BINARY, view[start : start + _IN_A_FRAME])
            self._wire.write(frame.serialize(mask=True))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        if self._carrier.socket.state is State.OPEN:
            self._carrier.socket.send_close(CloseCode.NORMAL_CLOSURE)
            self._carrier.flush()
        self._wire.close()

    def get_write_buffer_size(self) -> int:
        return self._wire.get_write_buffer_size()

    def is_closing(self) -> bool:
        return self._wire.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._wire.get_extra_info(name, default)
