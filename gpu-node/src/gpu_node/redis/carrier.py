"""Opens byte streams inside a WebSocket, as `cloudflared access tcp` does: one for each connection,
binary frames that are nothing but the bytes."""

import asyncio
import ssl
from typing import cast

from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import parse_uri

from gpu_node import __version__
from gpu_node.addresses import ServiceToken
from gpu_node.connection_faults import EdgeFault
from gpu_node.redis.carried_reader import CarriedReader
from gpu_node.redis.edge_answers import (
    CUT,
    NO_TUNNEL,
    SILENT,
    close_sentence,
    status_sentence,
)
from gpu_node.redis.frame_reader import FrameReader, NoFrame
from gpu_node.redis.framing import Framing

_AT_ONCE = 262_144
"""Bytes that are read at once: as many as the loop takes from the system."""
_LONGEST_HEAD = 65_536
_VERSION = b"HTTP/1.1 "
_OPENS = b"101"
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
    framing = Framing(transport, carrier.socket, carrier.flush)
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
        self.reader = CarriedReader(loop)
        self.ends = asyncio.StreamReaderProtocol(self.reader, loop=loop)
        """What the writer asks whether it may go on, and whether all is over."""
        self._room = memoryview(bytearray(_AT_ONCE))
        host, port = place
        host = f"[{host}]" if ":" in host else host
        self.socket = ClientProtocol(parse_uri(f"wss://{host}:{port}/"))
        self.opened: asyncio.Future[None] = loop.create_future()
        # Nobody waits any more for what fails after it was given up.
        self.opened.add_done_callback(lambda future: future.cancelled() or future.exception())
        self._frames = FrameReader(self.reader.feed)
        self._token = token
        self._wire: asyncio.Transport | None = None
        self._head = bytearray()
        """Of the edge's answer."""
        self._is_open = self._is_over = self._is_full = False

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
        if self._is_over:
            return
        if not self._is_open:
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
        self._is_full = True
        self.ends.pause_writing()

    def resume_writing(self) -> None:
        self._is_full = False
        self.ends.resume_writing()

    def flush(self) -> None:
        """Send what the WebSocket itself has to say. An edge that asks and does not hear is not
        answered: what waits for it would grow without end."""
        wire, waiting = self._wire, self.socket.data_to_send()
        if wire is None or wire.is_closing() or self._is_full:
            return
        for data in waiting:
            if data:
                wire.write(data)

    def _open(self, data: bytes) -> bytes:
        """Line by line, as an answer is written: what comes behind it is frames."""
        lines = iter(data.splitlines(keepends=True))
        for line in lines:
            self._hear_line(line)
            if self._is_open:
                return b"".join(lines)
            if self._is_over:
                break
        return b""

    def _hear_line(self, line: bytes) -> None:
        self._head += line
        if len(self._head) > _LONGEST_HEAD:
            self._fail(NO_TUNNEL)
        elif self._head.endswith(b"\r\n\r\n") and (refused := self._refused_with()):
            # It says all: for the page behind it one might wait for ever.
            self._fail(status_sentence(refused, self._token is not None))
        else:
            self.socket.receive_data(line)
            self._look()

    def _refused_with(self) -> int | None:
        """The status of an answer that opens no tunnel."""
        status = bytes(self._head.removeprefix(_VERSION)[:3])
        is_known = self._head.startswith(_VERSION) and status.isdigit() and len(status) == 3
        return int(status) if is_known and status != _OPENS else None

    def _look(self) -> None:
        """After each thing heard: answers pings, and sees whether the edge has opened or closed."""
        # Nobody reads what it keeps of all that it heard.
        self.socket.events_received()
        self.flush()
        state, fault = self.socket.state, self.socket.handshake_exc
        if fault is not None:
            self._fail(CUT if isinstance(fault.__cause__, EOFError) else NO_TUNNEL)
        elif state is State.OPEN:
            self._is_open = True
            if not self.opened.done():
                self.opened.set_result(None)
        elif state is not State.CONNECTING:
            self._fail(close_sentence(self.socket.close_rcvd))

    def _fail(self, sentence: str) -> None:
        self._is_over = True
        error = EdgeFault(sentence)
        if not self.opened.done():
            self.opened.set_exception(error)
        if self.reader.exception() is None:
            self.reader.set_exception(error)
        if self._wire:
            self._wire.close()
